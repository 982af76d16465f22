"""From a row to the raw page: address, hash and converter, by a join."""

import hashlib
from pathlib import Path

import duckdb
import zstandard

from kernel import Lake, __version__
from tests.made import award_release, release
from tests.publish.conftest import Publisher


def test_every_release_leads_to_its_raw_page(lake: Lake, publish_now: Publisher) -> None:
    folder = Path(lake.root) / publish_now(award_release(1), release(2)).folder
    found = duckdb.sql(f"""
        SELECT release_id, url, pages.sha256, file, file_sha256, converter
        FROM '{folder}/parquet/releases.parquet' AS releases
        JOIN '{folder}/provenance.parquet' AS pages USING (source, "window", page)
        ORDER BY ALL""").fetchall()
    assert [row[0] for row in found] == ["000001-2026", "000002-2026"]
    for _, url, sha256, file, file_sha256, converter in found:
        kept = (Path(lake.root) / file).read_bytes()
        body = zstandard.ZstdDecompressor().decompressobj().decompress(kept)
        assert hashlib.sha256(kept).hexdigest() == file_sha256
        assert hashlib.sha256(body).hexdigest() == sha256
        assert url.startswith("https://")
        assert converter == __version__
