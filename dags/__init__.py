"""Airflow wiring: one DAG per source, one per publication, made from their facts files.

Owns schedules, retries, assets, callbacks and the mapping of errors to Airflow outcomes. Holds no
logic and defines no stage. The only package that imports Airflow.
"""
