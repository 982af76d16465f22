"""Airflow reads this file for one DAG per publication."""

from dags.factory import publication_dag
from publish.loader import load_all

for _publication in load_all():
    publication_dag(_publication)
