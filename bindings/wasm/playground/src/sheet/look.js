// The colours and fonts of the grid's canvas, taken from the page's style sheet.

import { PADDING } from "./draw.js";

/** The grid's theme, and the colours that cells take by what they hold. */
export function readLook() {
  const style = getComputedStyle(document.documentElement);
  const of = (name) => style.getPropertyValue(`--${name}`).trim();
  const fontFamily = of("sans");
  return {
    theme: {
      accentColor: of("accent"),
      accentFg: of("on-accent"),
      accentLight: of("selected"),
      textDark: of("ink"),
      textMedium: of("ink-2"),
      textLight: of("ink-3"),
      textHeader: of("ink-2"),
      textHeaderSelected: of("on-accent"),
      textBubble: of("ink"),
      bgCell: of("sheet"),
      bgCellMedium: of("sheet"),
      bgHeader: of("head"),
      bgHeaderHasFocus: of("head-active"),
      bgHeaderHovered: of("head-active"),
      bgIconHeader: of("ink-3"),
      fgIconHeader: of("sheet"),
      bgBubble: of("head"),
      bgBubbleSelected: of("sheet"),
      bgSearchResult: of("selected"),
      borderColor: of("grid-line"),
      horizontalBorderColor: of("grid-line"),
      headerBottomBorderColor: of("line"),
      drilldownBorder: of("line"),
      linkColor: of("accent"),
      cellHorizontalPadding: PADDING,
      cellVerticalPadding: 3,
      headerFontStyle: "500 12px",
      headerIconSize: 16,
      baseFontStyle: "13px",
      markerFontStyle: "11px",
      editorFontSize: "13px",
      lineHeight: 1.4,
      fontFamily,
    },
    line: of("grid-line"),
    quiet: of("ink-2"),
    input: of("input"),
    error: of("error"),
    digit: widthOfDigit(fontFamily),
    fontFamily,
  };
}

/** How wide a digit is, in pixels. */
function widthOfDigit(fontFamily) {
  const context = document.createElement("canvas").getContext("2d");
  context.font = `13px ${fontFamily}`;
  return context.measureText("0").width;
}
