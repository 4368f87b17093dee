// The only parts of ECharts the studio draws with: lines and bars, as SVG, with a spoken description.
import { BarChart, LineChart } from "echarts/charts";
import { AriaComponent, GridComponent, MarkLineComponent, MarkPointComponent, TooltipComponent } from "echarts/components";
import { init, registerLocale, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";
import es from "echarts/lib/i18n/langES.js";

use([BarChart, LineChart, AriaComponent, GridComponent, MarkLineComponent, MarkPointComponent, TooltipComponent, SVGRenderer]);
registerLocale("ES", es);

export { init };
