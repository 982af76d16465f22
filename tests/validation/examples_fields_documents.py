from tests.validation.examples import Example

EXAMPLES = (
    Example(
        "field.document_description_length",
        good={"tender": {"documents": [{"description": "x" * 250}]}},
        bad={"awards": [{"documents": [{"description": "x" * 251}, {"description": 7}]}]},
        at=("/awards/0/documents/0/description", "/awards/0/documents/1/description"),
    ),
    Example(
        "field.document_type",
        good={
            "tender": {"documents": [{"documentType": "tenderNotice"}, {"documentType": "x_own"}]},
            "contracts": [{"implementation": {"documents": [{"documentType": "finalAudit"}]}}],
        },
        bad={
            "tender": {"documents": [{"documentType": "awardNotice"}]},
            "contracts": [
                {
                    "milestones": [{"documents": [{"documentType": "tenderNotice"}]}],
                    "implementation": {"documents": [{"documentType": "contractSigned"}]},
                }
            ],
        },
        at=(
            "/tender/documents/0/documentType",
            "/contracts/0/milestones/0/documents/0/documentType",
            "/contracts/0/implementation/documents/0/documentType",
        ),
    ),
    Example(
        "field.document_format",
        good={
            "tender": {"documents": [{"format": "Application/PDF"}, {"format": "offline/print"}]},
        },
        bad={"tender": {"documents": [{"format": "pdf"}, {"format": {"type": "text/html"}}]}},
        at=("/tender/documents/0/format", "/tender/documents/1/format"),
    ),
)
