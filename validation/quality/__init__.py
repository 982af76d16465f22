"""The quality of an edition: every release and process judged, failures as rows, counts, coverage."""
