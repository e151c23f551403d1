"""Makes the workbooks in made/ with openpyxl and XlsxWriter (requirements.txt has their versions).

python testdata/workbooks/make.py
"""

import datetime
import pathlib

import openpyxl
import xlsxwriter
from openpyxl.chart import BarChart, Reference
from openpyxl.comments import Comment
from openpyxl.formatting.rule import ColorScaleRule
from openpyxl.styles import Font, PatternFill
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.formula import ArrayFormula
from openpyxl.worksheet.table import Table, TableStyleInfo

MADE = pathlib.Path(__file__).parent / "made"
# Files say when they were made: always the same moment, so that they do not change.
MOMENT = datetime.datetime(2026, 11, 1, 12, 0, 0)


def with_openpyxl():
    book = openpyxl.Workbook()
    book.properties.created = book.properties.modified = MOMENT
    sheet = book.active
    sheet.title = "Data"
    sheet.append(["name", "amount", "day", "paid", "double"])
    rows = [("Ada", 1.5, 1, True), ("Bób", -2, 2, False), ("日本", 1e-9, 3, True), ("x < y & z", 40, 4, None)]
    for index, (name, amount, day, paid) in enumerate(rows, 2):
        sheet.append([name, amount, datetime.date(2024, 2, day), paid, f"=B{index}*2"])
    sheet["B2"].font = Font(bold=True, color="FF0000")
    sheet["B3"].fill = PatternFill("solid", fgColor="FFFF00")
    sheet["B2"].number_format = "0.00"
    sheet["B3"].comment = Comment("a comment that must survive", "tests")
    sheet["G1"] = datetime.datetime(2024, 5, 6, 7, 8, 9)
    sheet["G2"] = datetime.time(12, 30)
    sheet["G3"] = "#N/A"
    sheet["G3"].data_type = "e"
    sheet["H1"] = ArrayFormula("H1:H4", "=B2:B5*10")
    sheet["I1"] = "=SUM(Total)+Rate"
    sheet["I2"] = "=SUM(Sales[amount])"
    sheet["I3"] = '=IF(D2,"paid",Missing)'
    sheet["I4"] = "=SUM('Other sheet'!A:A)"
    sheet["I5"] = "=B2:B5"
    table = Table(displayName="Sales", ref="A1:E5")
    table.tableStyleInfo = TableStyleInfo(name="TableStyleMedium9", showRowStripes=True)
    sheet.add_table(table)
    sheet.conditional_formatting.add(
        "B2:B5", ColorScaleRule(start_type="min", start_color="FFFFFF", end_type="max", end_color="FF0000")
    )
    validation = DataValidation(type="list", formula1='"a,b,c"')
    sheet.add_data_validation(validation)
    validation.add("K1:K9")
    sheet.row_dimensions[4].hidden = True
    chart = BarChart()
    chart.add_data(Reference(sheet, min_col=2, min_row=1, max_row=5), titles_from_data=True)
    sheet.add_chart(chart, "M2")
    other = book.create_sheet("Other sheet")
    for row in range(1, 8):
        other.cell(row, 1, row)
        other.cell(row, 2, f"=A{row}^2+Data!$B$2")
    other.merge_cells("D1:E2")
    other["D1"] = "merged"
    other.sheet_state = "hidden"
    book.defined_names["Total"] = DefinedName("Total", attr_text="Data!$B$2:$B$5")
    book.defined_names["Rate"] = DefinedName("Rate", attr_text="0.25")
    other.defined_names["Local"] = DefinedName("Local", attr_text="'Other sheet'!$A$1")
    other.print_area = "A1:B7"
    book.save(MADE / "openpyxl.xlsx")


def with_xlsxwriter():
    path = str(MADE / "xlsxwriter.xlsx")
    book = xlsxwriter.Workbook(path, {"use_future_functions": True, "date_1904": True})
    book.set_properties({"created": MOMENT})
    sheet = book.add_worksheet("Calc")
    bold = book.add_format({"bold": True})
    date = book.add_format({"num_format": "dd/mm/yyyy hh:mm"})
    sheet.write_row("A1", ["n", "square", "label"], bold)
    for row in range(1, 21):
        sheet.write_number(row, 0, row / 4)
        sheet.write_formula(row, 1, f"=A{row + 1}*A{row + 1}", None, (row / 4) ** 2)
        sheet.write_string(row, 2, f"label {row % 3}")
    sheet.write_dynamic_array_formula("E1:E3", "=SORT(UNIQUE(C2:C21))", None, "label 0")
    sheet.write("E2", "label 1")
    sheet.write("E3", "label 2")
    sheet.write_array_formula("F1:G2", "{=A2:A3*TRANSPOSE(A4:A5)}", None, 0)
    sheet.write_formula("H1", '=TEXTJOIN("-",TRUE,E1#)', None, "x")
    sheet.write_formula("H2", "=LET(x,A2,x*2)", None, 0.5)
    sheet.write_datetime("I1", datetime.datetime(2024, 1, 31, 18, 0), date)
    sheet.write_boolean("I2", True)
    sheet.write_blank("I3", None, bold)
    sheet.write_rich_string("I4", "plain ", bold, "bold", " plain")
    sheet.write_string("I5", "  two spaces  ")
    sheet.write_string("I6", "line\nbreak _x0041_ \x01")
    sheet.write_formula("I7", "=STDEV.S(A2:A21)", None, 1.479)
    sheet.set_row(5, None, None, {"hidden": True})
    sheet.autofilter("A1:C21")
    sheet.filter_column("A", "x > 1")
    for row in range(1, 5):
        sheet.set_row(row, None, None, {"hidden": True})
    chart = book.add_chart({"type": "line"})
    chart.add_series({"values": "=Calc!$B$2:$B$21"})
    sheet.insert_chart("K2", chart)
    book.add_worksheet("Empty")
    book.add_chartsheet("Chart")
    book.define_name("Calc!First", "=Calc!$A$2")
    book.define_name("Everything", "=Calc!$A$2:$A$21")
    book.close()


if __name__ == "__main__":
    MADE.mkdir(exist_ok=True)
    with_openpyxl()
    with_xlsxwriter()
