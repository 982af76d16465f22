"""The quality of an edition: releases and processes judged, failures as rows, counts, coverage."""
