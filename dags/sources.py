"""Airflow reads this file for one DAG per source."""

from dags.factory import source_dag
from extractors.loader import load_all

for _source in load_all():
    source_dag(_source)
