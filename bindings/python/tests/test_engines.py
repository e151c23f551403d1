"""The same function inside other engines: dask, DataFusion, Spark, Ray. (DuckDB, polars and pandas have files of their own.)"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import formualizer_udf as fu

FRAME = pd.DataFrame({"spot": np.linspace(80, 120, 1000), "strike": 100.0})


def expected(finance: fu.Module) -> list[float]:
    return list(finance.BS_CALL(FRAME["spot"], FRAME["strike"], 0.02, 0.2, 1.0))


@pytest.mark.filterwarnings("ignore")
def test_dask_prices_partitions_in_processes_of_their_own(finance: fu.Module) -> None:
    dataframe = pytest.importorskip("dask.dataframe")
    distributed = pytest.importorskip("distributed")
    price = finance.BS_CALL

    def priced(part: pd.DataFrame) -> Any:
        return price(part["spot"], part["strike"], 0.02, 0.2, 1.0)

    options = {"n_workers": 2, "threads_per_worker": 1, "processes": True, "dashboard_address": None}
    with distributed.LocalCluster(**options) as cluster, distributed.Client(cluster):
        frame = dataframe.from_pandas(FRAME, npartitions=4)
        result = frame.map_partitions(priced, meta=("spot", "f8")).compute()
    assert list(result) == expected(finance)
    assert list(result.index) == list(FRAME.index)


def test_dask_names_equal_functions_alike(finance: fu.Module) -> None:
    tokenize = pytest.importorskip("dask.base").tokenize
    again = fu.Module.from_bytes(finance.to_bytes())
    assert tokenize(finance.BS_CALL) == tokenize(again.BS_CALL)
    others = [finance, finance.XNPV, finance.BS_CALL.with_options(errors="null")]
    assert len({tokenize(one) for one in [finance.BS_CALL, *others]}) == 4


@pytest.mark.filterwarnings("ignore")
def test_a_dask_collection_is_refused_with_what_to_write_instead(finance: fu.Module) -> None:
    dataframe = pytest.importorskip("dask.dataframe")
    frame = dataframe.from_pandas(FRAME, npartitions=2)
    with pytest.raises(fu.ArgumentError, match="map_partitions"):
        finance.BS_CALL(frame["spot"], 100.0, 0.02, 0.2, 1.0)


def test_datafusion_calls_it_in_sql(finance: fu.Module) -> None:
    datafusion = pytest.importorskip("datafusion")
    context = datafusion.SessionContext()
    context.from_arrow(pa.Table.from_pandas(FRAME), name="options")
    types = [pa.float64(), pa.float64()]

    def priced(spot: Any, strike: Any) -> Any:
        return finance.BS_CALL(spot, strike, 0.02, 0.2, 1.0)

    context.register_udf(datafusion.udf(priced, types, pa.float64(), "immutable", "bs_call"))
    table = context.sql("select bs_call(spot, strike) as price from options").to_arrow_table()
    assert sorted(table["price"].to_pylist()) == sorted(expected(finance))


@pytest.fixture
def spark(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    sql = pytest.importorskip("pyspark.sql")
    monkeypatch.setenv("PYSPARK_PYTHON", sys.executable)  # or its workers are whichever python3 comes first
    session = sql.SparkSession.builder.master("local[2]").getOrCreate()
    yield session
    session.stop()


@pytest.mark.filterwarnings("ignore")
def test_spark_maps_batches_of_arrow(finance: fu.Module, spark: Any) -> None:
    price = finance.BS_CALL

    def priced(batches: Iterator[Any]) -> Iterator[Any]:
        for batch in batches:
            column = price(batch.column("spot"), batch.column("strike"), 0.02, 0.2, 1.0)
            yield batch.append_column("price", column)

    frame = spark.createDataFrame(FRAME)
    rows = frame.mapInArrow(priced, "spot double, strike double, price double").toPandas()
    assert sorted(rows["price"]) == sorted(expected(finance))


@pytest.mark.filterwarnings("ignore")
def test_ray_maps_batches_of_arrow(finance: fu.Module) -> None:
    ray = pytest.importorskip("ray")
    data = pytest.importorskip("ray.data")
    price = finance.BS_CALL

    def priced(table: Any) -> Any:
        return table.append_column("price", price(table["spot"], table["strike"], 0.02, 0.2, 1.0))

    ray.init(num_cpus=2, include_dashboard=False)
    try:
        rows = data.from_pandas(FRAME).map_batches(priced, batch_format="pyarrow").to_pandas()
    finally:
        ray.shutdown()
    assert sorted(rows["price"]) == sorted(expected(finance))
