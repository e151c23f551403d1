"""Makes portfolio.xlsx of the prices in stocks.parquet.

    python testdata/make_portfolio.py

XlsxWriter 3.3.1 and pyarrow 26 made the committed one. Formulas have no values yet (XlsxWriter writes 0):
`fzudf recalc testdata/portfolio.xlsx --plugins plugins/finance.wasm --out priced.xlsx` gives them theirs.
"""

import datetime
from pathlib import Path

import pyarrow.parquet
import xlsxwriter

HERE = Path(__file__).parent
ROWS = pyarrow.parquet.read_table(HERE / "stocks.parquet").to_pylist()
SYMBOLS = list(dict.fromkeys(row["symbol"] for row in ROWS))
LAST = len(ROWS) + 1  # the last row of sheet Prices

book = xlsxwriter.Workbook(HERE / "portfolio.xlsx")
book.set_properties({"title": "Calls on five stocks", "created": datetime.datetime(2026, 11, 23)})
look = {
    "title": {"bold": True, "font_size": 16, "font_color": "#1F3864"},
    "quiet": {"italic": True, "font_color": "#7F7F7F"},
    "head": {"bold": True, "font_color": "white", "bg_color": "#1F3864", "align": "right"},
    "headl": {"bold": True, "font_color": "white", "bg_color": "#1F3864"},
    "input": {"bg_color": "#FFF2CC", "border": 1, "border_color": "#BFBFBF"},
    "inputp": {"bg_color": "#FFF2CC", "border": 1, "border_color": "#BFBFBF", "num_format": "0.0%"},
    "bold": {"bold": True},
    "date": {"num_format": "yyyy-mm-dd", "align": "left"},
    "usd": {"num_format": "#,##0.00"},
    "percent": {"num_format": "0.0%"},
    "right": {"align": "right"},
}
style = {name: book.add_format(format) for name, format in look.items()}

summary, prices = book.add_worksheet("Summary"), book.add_worksheet("Prices")
trend, plan = book.add_worksheet("Trend"), book.add_worksheet("Plan")

# ---- Summary: inputs, a row per stock, built-in functions over what the plugin gave ----
summary.hide_gridlines(2)
summary.set_landscape()
summary.fit_to_pages(1, 1)
summary.set_column("A:A", 30)
summary.set_column("B:H", 16)
summary.write("A1", "At-the-money calls on five stocks", style["title"])
summary.write("A2", "BS_CALL, IMPLIED_VOL and EMA are functions of plugins/finance.wasm", style["quiet"])
inputs = [
    ("Interest a year", "Rate", 0.03, "inputp"),
    ("Years to expiry", "Years", 0.5, "input"),
    ("Weight of the newest price", "Alpha", 0.2, "input"),
    ("Stock of the chart", "Symbol", "AAPL", "input"),
]
for row, (label, name, value, format) in enumerate(inputs, 3):
    summary.write(f"A{row}", label)
    summary.write(f"B{row}", value, style[format])
    book.define_name(name, f"=Summary!$B${row}")
summary.data_validation("B6", {"validate": "list", "source": SYMBOLS})

heads = ["Stock", "Months", "First", "Last", "Growth a year", "Volatility", "Call", "Implied"]
for col, head in enumerate(heads):
    summary.write(7, col, head, style["headl" if col == 0 else "head"])
first, last = 9, 8 + len(SYMBOLS)
for row, symbol in enumerate(SYMBOLS, first):
    summary.write(f"A{row}", symbol, style["bold"])
    summary.write_formula(f"B{row}", f"=COUNTIFS(Prices!$B:$B,A{row})")
    summary.write_formula(f"C{row}", f"=INDEX(Prices!$C:$C,MATCH(A{row},Prices!$B:$B,0))", style["usd"])
    summary.write_formula(
        f"D{row}", f"=INDEX(Prices!$C:$C,MATCH(A{row},Prices!$B:$B,0)+B{row}-1)", style["usd"]
    )
    summary.write_formula(f"E{row}", f"=(D{row}/C{row})^(12/(B{row}-1))-1", style["percent"])
    # Entered with Ctrl+Shift+Enter.
    summary.write_array_formula(
        f"F{row}:F{row}",
        f"{{=SQRT(12)*STDEV(IF(Prices!$B$3:$B${LAST}=A{row},Prices!$D$3:$D${LAST}))}}",
        style["percent"],
    )
    summary.write_formula(f"G{row}", f"=BS_CALL(D{row},D{row},Rate,F{row},Years)", style["usd"])
    summary.write_formula(f"H{row}", f"=IMPLIED_VOL(G{row},D{row},D{row},Rate,Years)", style["percent"])
summary.conditional_format(f"E{first}:E{last}", {"type": "3_color_scale"})
summary.conditional_format(f"G{first}:G{last}", {"type": "data_bar", "bar_color": "#9DC3E6"})

facts = [
    ("A call on each today", f"=SUM(G{first}:G{last})", "usd"),
    ("Calls of 2009 together", '=SUMIFS(Prices!E:E,Prices!A:A,">="&DATE(2009,1,1),Prices!A:A,"<"&DATE(2010,1,1))', "usd"),
    ("Average call on the chart's stock", "=AVERAGEIFS(Prices!E:E,Prices!B:B,Symbol)", "usd"),
    ("Dearest call ever", "=MAX(Prices!E:E)", "usd"),
    ("  was on", '=INDEX(Prices!B:B,MATCH(B18,Prices!E:E,0))&", "&TEXT(INDEX(Prices!A:A,MATCH(B18,Prices!E:E,0)),"mmm yyyy")', "right"),
    ("Least volatile", f"=INDEX(A{first}:A{last},MATCH(MIN(F{first}:F{last}),F{first}:F{last},0))", "right"),
    ("Present value of the savings plan", "=Plan!B3", "usd"),
]
for row, (label, formula, format) in enumerate(facts, last + 2):
    summary.write(f"A{row}", label)
    summary.write_formula(f"B{row}", formula, style[format])

chart = book.add_chart({"type": "line"})
count = sum(row["symbol"] == inputs[3][2] for row in ROWS)
for column, name, colour in [("B", "Price", "#9DC3E6"), ("C", "EMA", "#C55A11")]:
    chart.add_series({
        "name": name,
        "categories": f"=Trend!$A$4:$A${3 + count}",
        "values": f"=Trend!${column}$4:${column}${3 + count}",
        "line": {"color": colour, "width": 2},
    })
chart.set_title({"name": "Price and moving average", "name_font": {"size": 12}})
chart.set_x_axis({"date_axis": True, "num_format": "yyyy", "major_unit": 1, "major_unit_type": "years"})
chart.set_y_axis({"num_format": "#,##0", "major_gridlines": {"visible": True, "line": {"color": "#D9D9D9"}}})
chart.set_legend({"position": "bottom"})
summary.insert_chart("D15", chart, {"x_scale": 0.92, "y_scale": 0.9})

# ---- Prices: the data, and two columns filled down ----
prices.freeze_panes(1, 0)
prices.set_column("A:F", 12)
for col, head in enumerate(["Date", "Stock", "Price", "Log return", "Call", "Call / price"]):
    prices.write(0, col, head, style["headl" if col < 2 else "head"])
for row, price in enumerate(ROWS, 2):
    prices.write_datetime(f"A{row}", price["date"], style["date"])
    prices.write(f"B{row}", price["symbol"])
    prices.write(f"C{row}", price["price"], style["usd"])
    prices.write_formula(f"D{row}", f'=IF(B{row}=B{row - 1},LN(C{row}/C{row - 1}),"")', style["percent"])
    vol = f"INDEX(Summary!$F${first}:$F${last},MATCH(B{row},Summary!$A${first}:$A${last},0))"
    prices.write_formula(f"E{row}", f"=BS_CALL(C{row},C{row},Rate,{vol},Years)", style["usd"])
    prices.write_formula(f"F{row}", f"=E{row}/C{row}", style["percent"])
prices.autofilter(0, 0, LAST - 1, 5)
prices.conditional_format(f"F2:F{LAST}", {"type": "data_bar", "bar_color": "#F4B183"})

# ---- Trend: dynamic arrays, one over the other ----
trend.set_column("A:C", 12)
trend.write_formula("A1", '="Prices of "&Symbol', style["title"])
for col, head in enumerate(["Date", "Price", "EMA"]):
    trend.write(2, col, head, style["head"])
of_symbol = f"Prices!$B$2:$B${LAST}=Symbol"
trend.set_column("A:A", 12, style["date"])
trend.set_column("B:C", 12, style["usd"])
trend.write_dynamic_array_formula("A4", f"=FILTER(Prices!$A$2:$A${LAST},{of_symbol})", style["date"])
trend.write_dynamic_array_formula("B4", f"=FILTER(Prices!$C$2:$C${LAST},{of_symbol})", style["usd"])
trend.write_dynamic_array_formula("C4", "=EMA(_xlfn.ANCHORARRAY(B4),Alpha)", style["usd"])

# ---- Plan: cash flows ----
plan.set_column("A:D", 16)
plan.write("A1", "1000 dollars every January", style["title"])
plan.write("A3", "Present value", style["bold"])
plan.write_formula("B3", "=XNPV(Rate,B6:B13,A6:A13)", style["usd"])
for col, head in enumerate(["Date", "Flow", "Price", "Shares"]):
    plan.write(4, col, head, style["head"])
for row, year in enumerate(range(2003, 2010), 6):
    plan.write_datetime(f"A{row}", datetime.date(year, 1, 1), style["date"])
    plan.write(f"B{row}", -1000, style["usd"])
plan.write_datetime("A13", max(row["date"] for row in ROWS), style["date"])
plan.write_formula("B13", "=SUM(D6:D12)*C13", style["usd"])
for row in range(6, 14):
    plan.write_formula(f"C{row}", f"=SUMIFS(Prices!C:C,Prices!B:B,Symbol,Prices!A:A,A{row})", style["usd"])
    if row < 13:
        plan.write_formula(f"D{row}", f"=-B{row}/C{row}", style["usd"])

book.close()
