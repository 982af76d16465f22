"""Runs DAGs in a process of its own, in the folder that is to be Airflow's home.

Each line on standard input is an order in JSON: the id of a DAG, the params of its run, and a folder
of expectations to put in the place of the project's, or null. Each line on standard output is the
state of a run.
"""

import json
import os
import sys
from pathlib import Path

from tenderline import airflow_home


def main() -> None:
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # whatever else is printed is no answer
    airflow_home.prepare(Path.cwd())
    from dags.once import prepare, run_once
    from validation import expect

    bag = prepare()
    for line in sys.stdin:
        order = json.loads(line)
        if order["expect"]:
            expect.FOLDER = Path(order["expect"])
        print(run_once(bag, order["dag"], order["conf"]), file=answers, flush=True)


main()
