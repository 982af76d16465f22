-- One row for each supplier of each award, and one for each award without suppliers.
-- DuckDB. It reads the tables of an edition, and `sources` (place, source, clock): dates are those
-- of the source's own clock. What an award has once is repeated on the row of each of its
-- suppliers; `counts_once` is true on one row of each award. Rows are in the order of the records.
WITH classifications AS (
    SELECT source, ocid, section, section_position, item_position, 0 AS nth,
        classification_scheme AS scheme, classification_id AS code,
        classification_description AS title
    FROM items
    WHERE classification_id IS NOT NULL
    UNION ALL
    SELECT source, ocid, section, section_position, item_position,
        additional_classification_position, scheme, additional_classification_id, description
    FROM items_additional_classifications
    WHERE additional_classification_id IS NOT NULL
    UNION ALL
    SELECT source, ocid, 'process', 1, 0, 0, tender_classification_scheme,
        tender_classification_id, tender_classification_description
    FROM processes_more
    WHERE tender_classification_id IS NOT NULL
),
bought AS (  -- the first classification of each section, CPV before all others
    SELECT source, ocid, section, section_position, scheme, code, title
    FROM classifications
    QUALIFY row_number() OVER (
        PARTITION BY source, ocid, section, section_position
        ORDER BY coalesce(scheme, '') <> 'CPV', item_position, nth
    ) = 1
),
notices AS (  -- one of those published at a moment, where there are several
    SELECT source, ocid, date, notice_type, notice_url
    FROM releases
    WHERE notice_url IS NOT NULL
    QUALIFY row_number() OVER (PARTITION BY source, ocid, date ORDER BY release_id) = 1
),
latest AS (
    SELECT source, ocid, notice_type, notice_url
    FROM notices
    QUALIFY row_number() OVER (PARTITION BY source, ocid ORDER BY date DESC) = 1
),
organizations AS (
    SELECT source, ocid, party_id, locality, region
    FROM parties
    WHERE coalesce(locality, region) IS NOT NULL
    QUALIFY row_number() OVER (PARTITION BY source, ocid, party_id ORDER BY party_position) = 1
),
lots AS (
    SELECT source, ocid, count(*) AS lots,
        bool_or(techniques_has_framework_agreement) AS framework
    FROM tender_lots
    GROUP BY ALL
),
signed AS (
    SELECT source, ocid, award_id, count(*) AS contracts, min(date_signed) AS first_signed
    FROM contracts
    WHERE award_id IS NOT NULL
    GROUP BY ALL
)
SELECT
    year(timezone(clock, coalesce(award.first_release, process.first_release)))::INTEGER
        AS year_published,
    buyer_name,
    buyer_id,
    supplier_name,
    supplier_id,
    identifier_scheme AS supplier_register,
    identifier_id AS supplier_number,
    organizations.locality AS supplier_town,
    organizations.region AS supplier_region,
    country AS supplier_country,
    scale AS supplier_size,
    vcse AS supplier_vcse,
    award.suppliers,
    supplier_position,
    award.amount AS award_amount_shared,
    award.amount_gross AS award_amount_gross_shared,
    award.currency AS award_currency,
    award.amount_gbp AS award_amount_gbp_shared,
    coalesce(supplier_position, 1) = 1 AS counts_once,
    coalesce(has_framework OR lots.framework, has_framework, lots.framework) AS framework,
    process.title,
    award.title AS award_title,
    award.status AS award_status,
    timezone(clock, award.date)::DATE AS award_date,
    timezone(clock, award.first_release)::DATE AS award_first_published,
    timezone(clock, award.contract_period_start)::DATE AS contract_start,
    timezone(clock, award.contract_period_end)::DATE AS contract_end,
    signed.contracts::INTEGER AS contracts,
    timezone(clock, signed.first_signed)::DATE AS contract_first_signed,
    main_procurement_category,
    procurement_method,
    procurement_method_details,
    legal_basis,
    CASE WHEN of_award.code IS NOT NULL THEN of_award.scheme
        WHEN of_tender.code IS NOT NULL THEN of_tender.scheme ELSE of_process.scheme END
        AS classification_scheme,
    coalesce(of_award.code, of_tender.code, of_process.code) AS classification_code,
    CASE WHEN of_award.code IS NOT NULL THEN of_award.title
        WHEN of_tender.code IS NOT NULL THEN of_tender.title ELSE of_process.title END
        AS classification_title,
    len(award.related_lots)::INTEGER AS lots_awarded,
    lots.lots::INTEGER AS lots_of_tender,
    timezone(clock, tender_period_end)::DATE AS tender_deadline,
    tender_amount AS tender_amount_shared,
    tender_currency,
    CASE WHEN notices.notice_url IS NULL THEN latest.notice_type ELSE notices.notice_type END
        AS notice_type,
    coalesce(notices.notice_url, latest.notice_url) AS notice_url,
    source,
    ocid,
    award.award_id,
    award_position
FROM awards AS award
JOIN sources USING (source)
JOIN processes AS process USING (source, ocid)
LEFT JOIN award_suppliers USING (source, ocid, award_position)
LEFT JOIN organizations ON organizations.source = source
    AND organizations.ocid = ocid AND organizations.party_id = supplier_id
LEFT JOIN lots USING (source, ocid)
LEFT JOIN signed ON signed.source = source
    AND signed.ocid = ocid AND signed.award_id = award.award_id
LEFT JOIN bought AS of_award ON of_award.source = source AND of_award.ocid = ocid
    AND of_award.section = 'award' AND of_award.section_position = award_position
LEFT JOIN bought AS of_tender ON of_tender.source = source AND of_tender.ocid = ocid
    AND of_tender.section = 'tender'
LEFT JOIN bought AS of_process ON of_process.source = source AND of_process.ocid = ocid
    AND of_process.section = 'process'
LEFT JOIN notices ON notices.source = source AND notices.ocid = ocid
    AND notices.date = award.first_release
LEFT JOIN latest ON latest.source = source AND latest.ocid = ocid
ORDER BY place, date_trunc('month', process.first_release), ocid, award_position, supplier_position
