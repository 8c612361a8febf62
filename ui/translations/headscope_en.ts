<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en">
<context>
    <name>headscope::ui::DistributionPlot</name>
    <message numerus="yes">
        <source>%1, %n pair(s)</source>
        <comment>a threshold and what it selects</comment>
        <translation>
            <numerusform>%1, %n pair</numerusform>
            <numerusform>%1, %n pairs</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>headscope::ui::HeadScatterPanel</name>
    <message numerus="yes">
        <source>%n head(s)</source>
        <translation>
            <numerusform>%n head</numerusform>
            <numerusform>%n heads</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n without a value</source>
        <translation>
            <numerusform>%n without a value</numerusform>
            <numerusform>%n without a value</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>headscope::ui::HeatmapPanel</name>
    <message numerus="yes">
        <source>%n head(s)</source>
        <translation>
            <numerusform>%n head</numerusform>
            <numerusform>%n heads</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n KV head(s)</source>
        <translation>
            <numerusform>%n KV head</numerusform>
            <numerusform>%n KV heads</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n pair(s)</source>
        <translation>
            <numerusform>%n pair</numerusform>
            <numerusform>%n pairs</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n group(s)</source>
        <translation>
            <numerusform>%n group</numerusform>
            <numerusform>%n groups</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>headscope::ui::HeatmapReadout</name>
    <message numerus="yes">
        <source>Merged: a pair, in one group of %n heads</source>
        <translation>
            <numerusform>Merged: a pair, in one group of %n head</numerusform>
            <numerusform>Merged: a pair, in one group of %n heads</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Merged through other pairs, in one group of %n heads</source>
        <translation>
            <numerusform>Merged through other pairs, in one group of %n head</numerusform>
            <numerusform>Merged through other pairs, in one group of %n heads</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>headscope::ui::LayerBars</name>
    <message numerus="yes">
        <source>%1 of %Ln head(s) merged</source>
        <translation>
            <numerusform>%1 of %Ln head merged</numerusform>
            <numerusform>%1 of %Ln heads merged</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln pair(s)</source>
        <translation>
            <numerusform>%Ln pair</numerusform>
            <numerusform>%Ln pairs</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln group(s)</source>
        <translation>
            <numerusform>%Ln group</numerusform>
            <numerusform>%Ln groups</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>headscope::ui::LayerDelegate</name>
    <message numerus="yes">
        <source>%Ln pair(s)</source>
        <translation>
            <numerusform>%Ln pair</numerusform>
            <numerusform>%Ln pairs</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>headscope::ui::LayerModel</name>
    <message numerus="yes">
        <source>Layer %1, included in the merge; highest similarity %2; %Ln pair(s) at the present threshold</source>
        <translation>
            <numerusform>Layer %1, included in the merge; highest similarity %2; %Ln pair at the present threshold</numerusform>
            <numerusform>Layer %1, included in the merge; highest similarity %2; %Ln pairs at the present threshold</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Layer %1, excluded from the merge; highest similarity %2; %Ln pair(s) at the present threshold</source>
        <translation>
            <numerusform>Layer %1, excluded from the merge; highest similarity %2; %Ln pair at the present threshold</numerusform>
            <numerusform>Layer %1, excluded from the merge; highest similarity %2; %Ln pairs at the present threshold</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>headscope::ui::LayerPanel</name>
    <message numerus="yes">
        <source>%1 of %Ln layer(s) included</source>
        <translation>
            <numerusform>%1 of %Ln layer included</numerusform>
            <numerusform>%1 of %Ln layers included</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>headscope::ui::LiveEstimateView</name>
    <message numerus="yes">
        <source>Perplexity %1, %n window(s)</source>
        <translation>
            <numerusform>Perplexity %1, %n window</numerusform>
            <numerusform>Perplexity %1, %n windows</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>headscope::ui::MainWindow</name>
    <message numerus="yes">
        <source>%Ln head(s)</source>
        <translation>
            <numerusform>%Ln head</numerusform>
            <numerusform>%Ln heads</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln KV head(s)</source>
        <translation>
            <numerusform>%Ln KV head</numerusform>
            <numerusform>%Ln KV heads</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>headscope::ui::MapPanel</name>
    <message numerus="yes">
        <source>&amp;Exclude %n head(s) from the merge</source>
        <translation>
            <numerusform>&amp;Exclude %n head from the merge</numerusform>
            <numerusform>&amp;Exclude %n heads from the merge</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>&amp;Include %n head(s) in the merge</source>
        <translation>
            <numerusform>&amp;Include %n head in the merge</numerusform>
            <numerusform>&amp;Include %n heads in the merge</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Exclude %n &amp;layer(s)</source>
        <translation>
            <numerusform>Exclude %n &amp;layer</numerusform>
            <numerusform>Exclude %n &amp;layers</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Include %n la&amp;yer(s)</source>
        <translation>
            <numerusform>Include %n la&amp;yer</numerusform>
            <numerusform>Include %n la&amp;yers</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>&amp;Merge %n head(s)</source>
        <translation>
            <numerusform>&amp;Merge %n head</numerusform>
            <numerusform>&amp;Merge %n heads</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>&amp;Remove %n head(s)</source>
        <translation>
            <numerusform>&amp;Remove %n head</numerusform>
            <numerusform>&amp;Remove %n heads</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>&amp;Put %n head(s) back</source>
        <translation>
            <numerusform>&amp;Put %n head back</numerusform>
            <numerusform>&amp;Put %n heads back</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>headscope::ui::MeasureChoice</name>
    <message numerus="yes">
        <source>%1: %n window(s)...</source>
        <translation>
            <numerusform>%1: %n window...</numerusform>
            <numerusform>%1: %n windows...</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>headscope::ui::PairPanel</name>
    <message numerus="yes">
        <source>%1 of %Ln pair(s)</source>
        <translation>
            <numerusform>%1 of %Ln pair</numerusform>
            <numerusform>%1 of %Ln pairs</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln pair(s)</source>
        <translation>
            <numerusform>%Ln pair</numerusform>
            <numerusform>%Ln pairs</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>headscope::ui::ReportDialog</name>
    <message numerus="yes">
        <source>One HTML file with the settings, tables and charts of %n run(s). It opens in any browser, without a network, and prints well.</source>
        <translation>
            <numerusform>One HTML file with the settings, tables and charts of %n run. It opens in any browser, without a network, and prints well.</numerusform>
            <numerusform>One HTML file with the settings, tables and charts of %n runs. It opens in any browser, without a network, and prints well.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>These runs do not all compare; the report has %n section(s).</source>
        <translation>
            <numerusform>These runs do not all compare; the report has %n section.</numerusform>
            <numerusform>These runs do not all compare; the report has %n sections.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>headscope::ui::RuleChoices</name>
    <message numerus="yes">
        <source>%Ln head(s) removed</source>
        <translation>
            <numerusform>%Ln head removed</numerusform>
            <numerusform>%Ln heads removed</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln merged</source>
        <translation>
            <numerusform>%Ln merged</numerusform>
            <numerusform>%Ln merged</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln excluded</source>
        <translation>
            <numerusform>%Ln excluded</numerusform>
            <numerusform>%Ln excluded</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>headscope::ui::RunText</name>
    <message numerus="yes">
        <source>%n layer(s)</source>
        <translation>
            <numerusform>%n layer</numerusform>
            <numerusform>%n layers</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>headscope::ui::SaveModelDialog</name>
    <message numerus="yes">
        <source>%Ln head(s)</source>
        <translation>
            <numerusform>%Ln head</numerusform>
            <numerusform>%Ln heads</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln group(s)</source>
        <translation>
            <numerusform>%Ln group</numerusform>
            <numerusform>%Ln groups</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>The model without %Ln head(s).</source>
        <translation>
            <numerusform>The model without %Ln head.</numerusform>
            <numerusform>The model without %Ln heads.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>headscope::ui::ScatterPanel</name>
    <message numerus="yes">
        <source>%n pair(s)</source>
        <translation>
            <numerusform>%n pair</numerusform>
            <numerusform>%n pairs</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>headscope::ui::SearchText</name>
    <message numerus="yes">
        <source>%n head(s) merged</source>
        <translation>
            <numerusform>%n head merged</numerusform>
            <numerusform>%n heads merged</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n removable</source>
        <translation>
            <numerusform>%n removable</numerusform>
            <numerusform>%n removable</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>It went on from an earlier start (%n score(s)).</source>
        <translation>
            <numerusform>It went on from an earlier start (%n score).</numerusform>
            <numerusform>It went on from an earlier start (%n scores).</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Of %1: %n layer(s), measure %2, grouping %3, KV policy %4, as chosen now; text and device as in the settings of evaluations.</source>
        <translation>
            <numerusform>Of %1: %n layer, measure %2, grouping %3, KV policy %4, as chosen now; text and device as in the settings of evaluations.</numerusform>
            <numerusform>Of %1: %n layers, measure %2, grouping %3, KV policy %4, as chosen now; text and device as in the settings of evaluations.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>headscope::ui::SweepDialog</name>
    <message numerus="yes">
        <source>%n run(s), evaluated together with the original: %1</source>
        <translation>
            <numerusform>%n run, evaluated together with the original: %1</numerusform>
            <numerusform>%n runs, evaluated together with the original: %1</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>headscope::ui::ThresholdBar</name>
    <message numerus="yes">
        <source>%n pair(s) in %1 of %2 layers</source>
        <translation>
            <numerusform>%n pair in %1 of %2 layers</numerusform>
            <numerusform>%n pairs in %1 of %2 layers</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>headscope::ui::TradeoffPanel</name>
    <message numerus="yes">
        <source>%Ln head(s) removed, refitted</source>
        <translation>
            <numerusform>%Ln head removed, refitted</numerusform>
            <numerusform>%Ln heads removed, refitted</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>headscope::ui::TwoMeasuresPanel</name>
    <message numerus="yes">
        <source>%n pair(s)</source>
        <translation>
            <numerusform>%n pair</numerusform>
            <numerusform>%n pairs</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>headscope::ui::TwoModelsPanel</name>
    <message numerus="yes">
        <source>%1, %Ln sequence(s)</source>
        <translation>
            <numerusform>%1, %Ln sequence</numerusform>
            <numerusform>%1, %Ln sequences</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln tensor(s) only in one, or of other shapes</source>
        <translation>
            <numerusform>%Ln tensor only in one, or of other shapes</numerusform>
            <numerusform>%Ln tensors only in one, or of other shapes</numerusform>
        </translation>
    </message>
</context>
</TS>
