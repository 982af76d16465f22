-- What share of award value went to small and medium-sized enterprises (SMEs), by buyer and year.
-- Reads the published tables processes, awards, contracts and award_suppliers, and `sources` (place,
-- source, clock): a year is one of the source's own clock. Runs in DuckDB.
--
-- Counted are awards that are active (or tell no status), are worth more than nothing in pounds,
-- and set up neither a framework nor a dynamic market, whose values are ceilings. A notice that is
-- a copy of another in the same tables is left out. A value is counted once, never split.
-- Sizes are those published of the winning suppliers: an award is an SME's if all its suppliers are
-- (the lower bound), and may be one's if any is, or is of unknown size (the upper bound).
WITH suppliers AS (
    SELECT source, ocid, award_position, supplier_id, supplier_name,
        coalesce(scale, '') IN ('micro', 'small', 'medium', 'sme', 'selfEmployed') AS sme,
        coalesce(scale, '') = 'large' AS large
    FROM award_suppliers
), sizes AS (
    SELECT source, ocid, award_position, count(*) AS suppliers,
        count(*) FILTER (sme) AS smes, count(*) FILTER (NOT sme AND NOT large) AS unknown
    FROM suppliers GROUP BY ALL
), contract_values AS (
    SELECT source, ocid, award_id, sum(amount_gbp) AS amount_gbp
    FROM contracts WHERE award_id IS NOT NULL GROUP BY ALL
), found AS (
    SELECT awards.source, awards.ocid, awards.award_position,
        coalesce(processes.buyer_id, processes.procuring_entity_id) AS buyer_id,
        coalesce(processes.buyer_name, processes.procuring_entity_name) AS buyer_name,
        year(timezone(clock, coalesce(awards.date, awards.first_release)))::INTEGER AS year,
        coalesce(awards.amount_gbp, contract_values.amount_gbp) AS value,
        coalesce(sizes.suppliers, 0) AS suppliers, coalesce(sizes.smes, 0) AS smes,
        coalesce(sizes.unknown, 1) AS unknown,  -- an award without suppliers may be anyone's
        CASE
            WHEN processes.canonical_ocid <> processes.ocid
                AND processes.canonical_ocid IN (SELECT ocid FROM processes) THEN 'copy'
            WHEN coalesce(awards.status, 'active') <> 'active' THEN 'status'
            WHEN processes.has_framework OR processes.has_dynamic_purchasing_system THEN 'ceiling'
            WHEN coalesce(value, 0) <= 0 THEN 'value'
            ELSE 'used'
        END AS outcome
    FROM awards
    LEFT JOIN sources USING (source)
    LEFT JOIN processes USING (source, ocid)
    LEFT JOIN sizes USING (source, ocid, award_position)
    LEFT JOIN contract_values USING (source, ocid, award_id)
), summed AS (
    SELECT source, buyer_id, min(buyer_name) AS buyer_name, year,
        count(*) AS awards_found,
        count(*) FILTER (outcome = 'copy') AS awards_copies,
        count(*) FILTER (outcome = 'status') AS awards_not_active,
        count(*) FILTER (outcome = 'ceiling') AS awards_ceilings,
        count(*) FILTER (outcome = 'value') AS awards_without_value,
        count(*) FILTER (outcome = 'used') AS awards_used,
        count(*) FILTER (outcome = 'used' AND unknown = 0) AS awards_size_known,
        count(*) FILTER (outcome = 'used' AND unknown = 0 AND smes > 0) AS awards_to_smes,
        coalesce(sum(value) FILTER (outcome = 'used'), 0) AS value_gbp,
        coalesce(sum(value) FILTER (outcome = 'used' AND unknown = 0), 0) AS value_size_known_gbp,
        coalesce(sum(value) FILTER (outcome = 'used' AND suppliers > 0 AND smes = suppliers), 0)
            AS value_all_smes_gbp,
        coalesce(sum(value) FILTER (outcome = 'used' AND smes + unknown > 0), 0)
            AS value_maybe_smes_gbp,
        coalesce(sum(value) FILTER (outcome = 'used' AND suppliers = 1), 0)
            AS value_single_supplier_gbp,
        coalesce(sum(value) FILTER (outcome = 'used' AND suppliers = 1 AND unknown = 0), 0)
            AS value_single_known_gbp,
        coalesce(sum(value) FILTER (outcome = 'used' AND suppliers = 1 AND smes = 1), 0)
            AS value_single_sme_gbp
    FROM found GROUP BY source, buyer_id, year
), winners AS (
    SELECT source, buyer_id, year,
        count(DISTINCT coalesce(supplier_id, supplier_name)) FILTER (sme) AS suppliers_smes,
        count(DISTINCT coalesce(supplier_id, supplier_name)) FILTER (sme OR large)
            AS suppliers_size_known
    FROM found JOIN suppliers USING (source, ocid, award_position)
    WHERE outcome = 'used' GROUP BY source, buyer_id, year
)
SELECT summed.source, summed.buyer_id, buyer_name, summed.year,
    round(value_all_smes_gbp::DOUBLE / nullif(value_gbp, 0), 6) AS share_lower,
    round(value_maybe_smes_gbp::DOUBLE / nullif(value_gbp, 0), 6) AS share_upper,
    round(value_single_sme_gbp::DOUBLE / nullif(value_single_known_gbp, 0), 6)
        AS share_single_supplier,
    round(awards_to_smes::DOUBLE / nullif(awards_size_known, 0), 6) AS share_of_awards,
    round(suppliers_smes::DOUBLE / nullif(suppliers_size_known, 0), 6) AS share_of_suppliers,
    round(value_size_known_gbp::DOUBLE / nullif(value_gbp, 0), 6) AS coverage_size,
    round(value_single_supplier_gbp::DOUBLE / nullif(value_gbp, 0), 6) AS coverage_single_supplier,
    round(awards_used::DOUBLE / nullif(awards_used + awards_without_value, 0), 6) AS coverage_value,
    awards_found, awards_copies, awards_not_active, awards_ceilings, awards_without_value,
    awards_used, awards_size_known, awards_to_smes,
    coalesce(suppliers_size_known, 0) AS suppliers_size_known,
    coalesce(suppliers_smes, 0) AS suppliers_smes,
    value_gbp, value_size_known_gbp, value_all_smes_gbp, value_maybe_smes_gbp,
    value_single_supplier_gbp, value_single_known_gbp, value_single_sme_gbp
FROM summed
LEFT JOIN winners ON winners.source = summed.source
    AND winners.buyer_id IS NOT DISTINCT FROM summed.buyer_id
    AND winners.year IS NOT DISTINCT FROM summed.year
ORDER BY summed.source, summed.year NULLS FIRST, buyer_name NULLS FIRST, summed.buyer_id NULLS FIRST
