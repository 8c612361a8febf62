<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="ru">
<context>
    <name>QObject</name>
    <message>
        <source>PNG image, 2x (*.png)</source>
        <translation>Изображение PNG, 2x (*.png)</translation>
    </message>
    <message>
        <source>PNG image, 1x (*.png)</source>
        <translation>Изображение PNG, 1x (*.png)</translation>
    </message>
    <message>
        <source>PNG image, 3x (*.png)</source>
        <translation>Изображение PNG, 3x (*.png)</translation>
    </message>
    <message>
        <source>PNG image, 4x (*.png)</source>
        <translation>Изображение PNG, 4x (*.png)</translation>
    </message>
    <message>
        <source>PDF document (*.pdf)</source>
        <translation>Документ PDF (*.pdf)</translation>
    </message>
    <message>
        <source>SVG drawing (*.svg)</source>
        <translation>Рисунок SVG (*.svg)</translation>
    </message>
    <message>
        <source>Save image</source>
        <translation>Сохранить изображение</translation>
    </message>
    <message>
        <source>Two of these runs have the threshold %1 and would have the same file name. Save them into different folders.</source>
        <translation>У двух из этих прогонов порог %1, и имена их файлов совпали бы. Сохраните их в разные папки.</translation>
    </message>
    <message>
        <source>%1 is there already. Choose another folder.</source>
        <translation>%1 уже существует. Выберите другую папку.</translation>
    </message>
    <message>
        <source>The folder %1 could not be created.</source>
        <translation>Не удалось создать папку %1.</translation>
    </message>
    <message>
        <source>Two of these runs have the same threshold for each layer and would have the same file name. Save them into different folders.</source>
        <translation>У двух из этих прогонов одинаковые пороги по слоям, и имена их файлов совпали бы. Сохраните их в разные папки.</translation>
    </message>
    <message>
        <source>&amp;Copy</source>
        <translation>&amp;Копировать</translation>
    </message>
    <message>
        <source>%1 was found for another model than %2. Open that model first.</source>
        <translation>%1 найден для другой модели, не для %2. Сначала откройте ту модель.</translation>
    </message>
</context>
<context>
    <name>headscope::ui::AboutDialog</name>
    <message>
        <source>About Headscope</source>
        <translation>О программе Headscope</translation>
    </message>
    <message>
        <source>Headscope %1</source>
        <translation>Headscope %1</translation>
    </message>
    <message>
        <source>Finds attention heads that do the same work, merges them, and measures what that costs.</source>
        <translation>Находит головы внимания, которые делают одно и то же, объединяет их и измеряет, чего это стоит.</translation>
    </message>
    <message>
        <source>Copyright © 2026 The Headscope authors. Free software under the MIT licence, without any warranty.</source>
        <translation>© 2026, авторы Headscope. Свободная программа под лицензией MIT, без каких-либо гарантий.</translation>
    </message>
    <message>
        <source>The text that models are measured on is the test split of WikiText-2 by Stephen Merity, Caiming Xiong, James Bradbury and Richard Socher, from Wikipedia articles by Wikipedia&apos;s contributors, under %1.</source>
        <translation>Модели измеряются на тестовой части корпуса WikiText-2 (Stephen Merity, Caiming Xiong, James Bradbury, Richard Socher), составленного из статей участников Википедии; лицензия %1.</translation>
    </message>
    <message>
        <source>Built on %1.</source>
        <comment>a list of libraries</comment>
        <translation>Использует %1.</translation>
    </message>
    <message>
        <source>Runs with Qt %1 on %2.</source>
        <translation>Запущена с Qt %1 в системе %2.</translation>
    </message>
</context>
<context>
    <name>headscope::ui::Actions</name>
    <message>
        <source>&amp;File</source>
        <translation>&amp;Файл</translation>
    </message>
    <message>
        <source>&amp;Open model...</source>
        <translation>Открыть &amp;модель...</translation>
    </message>
    <message>
        <source>Open the folder of a checkpoint</source>
        <translation>Открыть папку чекпоинта</translation>
    </message>
    <message>
        <source>Open the &amp;demo model</source>
        <translation>Открыть &amp;демомодель</translation>
    </message>
    <message>
        <source>Open the small model that ships with Headscope</source>
        <translation>Открыть небольшую модель из комплекта Headscope</translation>
    </message>
    <message>
        <source>Open &amp;recent</source>
        <translation>Открыть &amp;недавние</translation>
    </message>
    <message>
        <source>&amp;Close model</source>
        <translation>&amp;Закрыть модель</translation>
    </message>
    <message>
        <source>Open r&amp;esults...</source>
        <translation>Открыть &amp;результаты...</translation>
    </message>
    <message>
        <source>Put results of earlier runs beside the others</source>
        <translation>Добавить результаты прежних прогонов к остальным</translation>
    </message>
    <message>
        <source>&amp;Save results...</source>
        <translation>&amp;Сохранить результаты...</translation>
    </message>
    <message>
        <source>Write the results of the selected runs as JSON files</source>
        <translation>Записать результаты выбранных прогонов в файлы JSON</translation>
    </message>
    <message>
        <source>Save &amp;image</source>
        <translation>Сохранить &amp;изображение</translation>
    </message>
    <message>
        <source>&amp;Quit</source>
        <translation>В&amp;ыйти</translation>
    </message>
    <message>
        <source>&amp;Edit</source>
        <translation>&amp;Правка</translation>
    </message>
    <message>
        <source>Copy &amp;table</source>
        <translation>Копировать &amp;таблицу</translation>
    </message>
    <message>
        <source>Copy &amp;image</source>
        <translation>Копировать &amp;изображение</translation>
    </message>
    <message>
        <source>Include &amp;all layers</source>
        <translation>&amp;Включить все слои</translation>
    </message>
    <message>
        <source>&amp;View</source>
        <translation>&amp;Вид</translation>
    </message>
    <message>
        <source>&amp;Panels</source>
        <translation>&amp;Панели</translation>
    </message>
    <message>
        <source>&amp;Reset the layout</source>
        <translation>&amp;Сбросить расположение</translation>
    </message>
    <message>
        <source>Put all panels back in their places</source>
        <translation>Вернуть все панели на свои места</translation>
    </message>
    <message>
        <source>P&amp;revious layer</source>
        <translation>П&amp;редыдущий слой</translation>
    </message>
    <message>
        <source>Previous layer</source>
        <translation>Предыдущий слой</translation>
    </message>
    <message>
        <source>&amp;Next layer</source>
        <translation>С&amp;ледующий слой</translation>
    </message>
    <message>
        <source>Next layer</source>
        <translation>Следующий слой</translation>
    </message>
    <message>
        <source>&amp;Appearance</source>
        <translation>&amp;Оформление</translation>
    </message>
    <message>
        <source>&amp;Language</source>
        <translation>&amp;Язык</translation>
    </message>
    <message>
        <source>&amp;Run</source>
        <comment>menu</comment>
        <translation>&amp;Прогон</translation>
    </message>
    <message>
        <source>&amp;Run</source>
        <translation>&amp;Запустить</translation>
    </message>
    <message>
        <source>Merge the selected heads and measure perplexity and accuracy</source>
        <translation>Объединить выбранные головы и измерить перплексию и точность</translation>
    </message>
    <message>
        <source>&amp;Sweep...</source>
        <translation>&amp;Серия...</translation>
    </message>
    <message>
        <source>Evaluate several thresholds together</source>
        <translation>Измерить несколько порогов вместе</translation>
    </message>
    <message>
        <source>&amp;Cancel</source>
        <translation>&amp;Прервать</translation>
    </message>
    <message>
        <source>End what is running</source>
        <translation>Прервать текущую работу</translation>
    </message>
    <message>
        <source>&amp;Live estimate</source>
        <translation>&amp;Живая оценка</translation>
    </message>
    <message>
        <source>S&amp;ettings of evaluations...</source>
        <translation>&amp;Настройки измерений...</translation>
    </message>
    <message>
        <source>Protocol, window, corpus, device and dtype</source>
        <translation>Протокол, окно, корпус, устройство и тип чисел (dtype)</translation>
    </message>
    <message>
        <source>&amp;Help</source>
        <translation>&amp;Справка</translation>
    </message>
    <message>
        <source>&amp;About Headscope</source>
        <translation>&amp;О программе Headscope</translation>
    </message>
    <message>
        <source>Tool bar</source>
        <translation>Панель инструментов</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>Настройки</translation>
    </message>
    <message>
        <source>Open model</source>
        <translation>Открыть модель</translation>
    </message>
    <message>
        <source>Open results</source>
        <translation>Открыть результаты</translation>
    </message>
    <message>
        <source>Sweep</source>
        <translation>Серия</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>Отменить</translation>
    </message>
    <message>
        <source>Redo</source>
        <translation>Повторить</translation>
    </message>
    <message>
        <source>Save &amp;merged model...</source>
        <translation>Сохранить &amp;объединённую модель...</translation>
    </message>
    <message>
        <source>Write the model with the present merge as a checkpoint</source>
        <translation>Записать модель с текущим объединением как чекпойнт</translation>
    </message>
    <message>
        <source>Export re&amp;port...</source>
        <translation>Экспорт от&amp;чёта...</translation>
    </message>
    <message>
        <source>Write the selected runs with tables and charts as one HTML file</source>
        <translation>Записать выбранные прогоны с таблицами и графиками в один файл HTML</translation>
    </message>
    <message>
        <source>&amp;Find thresholds...</source>
        <translation>&amp;Найти пороги...</translation>
    </message>
    <message>
        <source>Find a threshold for each layer that keeps perplexity within a budget</source>
        <translation>Найти порог для каждого слоя, при котором перплексия остаётся в пределах бюджета</translation>
    </message>
    <message>
        <source>While it is on, a few windows show what the current threshold does to perplexity</source>
        <translation>Пока включено, несколько окон показывают, как текущий порог меняет перплексию</translation>
    </message>
    <message>
        <source>Run models with &amp;unused tensors</source>
        <translation>Запускать модели с &amp;неиспользуемыми тензорами</translation>
    </message>
    <message>
        <source>Runs a model though its files hold tensors that would change its layers and that it does not use; the Model tab lists them</source>
        <translation>Запускает модель, хотя в её файлах есть тензоры, которые изменили бы её слои и которые она не использует; они перечислены на вкладке «Модель»</translation>
    </message>
    <message>
        <source>Keyboard and mouse, what measures mean, glossary</source>
        <translation>Клавиши и мышь, смысл мер, словарь</translation>
    </message>
    <message>
        <source>Guided &amp;tour</source>
        <translation>&amp;Знакомство с программой</translation>
    </message>
    <message>
        <source>Five steps through the window</source>
        <translation>Пять шагов по окну</translation>
    </message>
</context>
<context>
    <name>headscope::ui::AttentionPanel</name>
    <message>
        <source>Layer %1, head %2</source>
        <translation>Слой %1, голова %2</translation>
    </message>
    <message>
        <source>%1: first token %2&#xa0;%, token before %3&#xa0;%, entropy %4 nats</source>
        <translation>%1: первый токен %2&#xa0;%, предыдущий токен %3&#xa0;%, энтропия %4 нат</translation>
    </message>
    <message>
        <source>Second head:</source>
        <translation>Вторая голова:</translation>
    </message>
    <message>
        <source>When Mary and John went to the store, John gave a drink to Mary. When Mary and John went to the park, John gave a flower to Mary.</source>
        <translation>When Mary and John went to the store, John gave a drink to Mary. When Mary and John went to the park, John gave a flower to Mary.</translation>
    </message>
    <message>
        <source>Text</source>
        <translation>Текст</translation>
    </message>
    <message>
        <source>layer </source>
        <translation>слой </translation>
    </message>
    <message>
        <source>head </source>
        <translation>голова </translation>
    </message>
    <message>
        <source>Layer</source>
        <translation>Слой</translation>
    </message>
    <message>
        <source>Head</source>
        <translation>Голова</translation>
    </message>
    <message>
        <source>Head:</source>
        <translation>Голова:</translation>
    </message>
    <message>
        <source>The model reads the text.</source>
        <translation>Модель читает текст.</translation>
    </message>
    <message>
        <source>Type a text and press &quot;Read the text&quot;. The model reads it once; then every head of every layer can be looked at.</source>
        <translation>Введите текст и нажмите «Прочитать текст». Модель прочтёт его один раз, и тогда можно рассмотреть любую голову любого слоя.</translation>
    </message>
    <message>
        <source>The attention of this layer is not kept for a text this long. Read it again to look at this layer.</source>
        <translation>Для такого длинного текста внимание этого слоя не сохранено. Прочитайте текст ещё раз, чтобы рассмотреть этот слой.</translation>
    </message>
    <message>
        <source>Point at a token to see what it attends to; click to keep it.</source>
        <translation>Наведите указатель на токен, чтобы увидеть, на что он смотрит; щелчок закрепляет токен.</translation>
    </message>
    <message>
        <source>Attention</source>
        <translation>Внимание</translation>
    </message>
    <message>
        <source>Read the text</source>
        <translation>Прочитать текст</translation>
    </message>
    <message>
        <source>Passages</source>
        <translation>Отрывки</translation>
    </message>
    <message>
        <source>The passages of the calibration text that activate the first head most</source>
        <translation>Отрывки калибровочного текста, которые сильнее всего активируют первую голову</translation>
    </message>
</context>
<context>
    <name>headscope::ui::AttentionPlots</name>
    <message>
        <source>Distance, tokens</source>
        <translation>Расстояние, токены</translation>
    </message>
    <message>
        <source>Mean attention</source>
        <translation>Среднее внимание</translation>
    </message>
    <message>
        <source>Position, tokens</source>
        <translation>Позиция, токены</translation>
    </message>
    <message>
        <source>Entropy, nats</source>
        <translation>Энтропия, наты</translation>
    </message>
    <message>
        <source>Attended token</source>
        <translation>Токен, на который смотрят</translation>
    </message>
    <message>
        <source>Token</source>
        <translation>Токен</translation>
    </message>
</context>
<context>
    <name>headscope::ui::CalibrationDialog</name>
    <message>
        <source>Calibration text</source>
        <translation>Текст калибровки</translation>
    </message>
    <message>
        <source>WikiText-2, train split</source>
        <translation>WikiText-2, обучающая часть</translation>
    </message>
    <message>
        <source>A text file in UTF-8. Empty: lines of the train split of WikiText-2. Never the corpus that is evaluated.</source>
        <translation>Текстовый файл в UTF-8. Пусто: строки обучающей части WikiText-2. Никогда не корпус, по которому идёт оценка.</translation>
    </message>
    <message>
        <source>All</source>
        <translation>Все</translation>
    </message>
    <message>
        <source>Only its first windows of 2,048 tokens, or the model&apos;s maximum where that is less</source>
        <translation>Только первые окна по 2048 токенов или по наибольшему для модели, если он меньше</translation>
    </message>
    <message>
        <source>&amp;Browse...</source>
        <translation>О&amp;бзор...</translation>
    </message>
    <message>
        <source>&amp;Text:</source>
        <translation>&amp;Текст:</translation>
    </message>
    <message>
        <source>&amp;Windows:</source>
        <translation>&amp;Окна:</translation>
    </message>
    <message>
        <source>Open a calibration text</source>
        <translation>Открыть текст калибровки</translation>
    </message>
    <message>
        <source>There is no such file.</source>
        <translation>Такого файла нет.</translation>
    </message>
</context>
<context>
    <name>headscope::ui::CompareDialog</name>
    <message>
        <source>&amp;Only rows that differ</source>
        <translation>&amp;Только различия</translation>
    </message>
    <message>
        <source>Compare runs</source>
        <translation>Сравнение прогонов</translation>
    </message>
    <message>
        <source>&amp;Copy</source>
        <translation>&amp;Копировать</translation>
    </message>
    <message>
        <source>Copies the table as tab-separated text</source>
        <translation>Копировать таблицу как текст с табуляцией</translation>
    </message>
    <message>
        <source>Figures of the runs</source>
        <translation>Показатели прогонов</translation>
    </message>
</context>
<context>
    <name>headscope::ui::Comparison</name>
    <message>
        <source>Whether these runs compare is not known: a file does not tell how it was made.</source>
        <translation>Неизвестно, сравнимы ли эти прогоны: в одном из файлов не указано, как он получен.</translation>
    </message>
    <message>
        <source>These runs do not compare: they differ in %1.</source>
        <comment>a list of settings, such as: protocol, window</comment>
        <translation>Эти прогоны несравнимы, различаются: %1.</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>Модель</translation>
    </message>
    <message>
        <source>Threshold</source>
        <translation>Порог</translation>
    </message>
    <message>
        <source>Measure</source>
        <translation>Мера</translation>
    </message>
    <message>
        <source>Grouping</source>
        <translation>Группировка</translation>
    </message>
    <message>
        <source>KV policy</source>
        <translation>Правило KV</translation>
    </message>
    <message>
        <source>Layers</source>
        <translation>Слои</translation>
    </message>
    <message>
        <source>Pairs</source>
        <translation>Пары</translation>
    </message>
    <message>
        <source>Groups</source>
        <translation>Группы</translation>
    </message>
    <message>
        <source>Merged heads</source>
        <translation>Объединённые головы</translation>
    </message>
    <message>
        <source>Heads with side effects</source>
        <translation>Головы под побочным влиянием</translation>
    </message>
    <message>
        <source>Removable parameters</source>
        <translation>Устранимые параметры</translation>
    </message>
    <message>
        <source>Protocol</source>
        <translation>Протокол</translation>
    </message>
    <message>
        <source>protocol</source>
        <translation>протокол</translation>
    </message>
    <message>
        <source>Window, tokens</source>
        <translation>Окно, токенов</translation>
    </message>
    <message>
        <source>window</source>
        <translation>окно</translation>
    </message>
    <message>
        <source>Windows</source>
        <translation>Окна</translation>
    </message>
    <message>
        <source>number of windows</source>
        <translation>число окон</translation>
    </message>
    <message>
        <source>Corpus</source>
        <translation>Корпус</translation>
    </message>
    <message>
        <source>corpus</source>
        <translation>корпус</translation>
    </message>
    <message>
        <source>tokenizer</source>
        <translation>токенизатор</translation>
    </message>
    <message>
        <source>Dtype</source>
        <translation>Тип чисел (dtype)</translation>
    </message>
    <message>
        <source>dtype</source>
        <translation>тип чисел</translation>
    </message>
    <message>
        <source>Device</source>
        <translation>Устройство</translation>
    </message>
    <message>
        <source>Perplexity, original</source>
        <translation>Перплексия исходной модели</translation>
    </message>
    <message>
        <source>Perplexity, merged</source>
        <translation>Перплексия после объединения</translation>
    </message>
    <message>
        <source>Change of perplexity</source>
        <translation>Изменение перплексии</translation>
    </message>
    <message>
        <source>Accuracy, original</source>
        <translation>Точность исходной модели</translation>
    </message>
    <message>
        <source>Accuracy, merged</source>
        <translation>Точность после объединения</translation>
    </message>
    <message>
        <source>Change of accuracy, points</source>
        <translation>Изменение точности, п.&#xa0;п.</translation>
    </message>
    <message>
        <source>Duration</source>
        <translation>Длительность</translation>
    </message>
    <message>
        <source>Alignment</source>
        <translation>Выравнивание</translation>
    </message>
    <message>
        <source>Mean weights</source>
        <translation>Веса среднего</translation>
    </message>
    <message>
        <source>Norms restored</source>
        <translation>Нормы восстановлены</translation>
    </message>
</context>
<context>
    <name>headscope::ui::CorpusFilter</name>
    <message>
        <source>Text (%1);;All files (*)</source>
        <translation>Текст (%1);;Все файлы (*)</translation>
    </message>
</context>
<context>
    <name>headscope::ui::DamageModel</name>
    <message>
        <source>Change of the loss when only this pair is merged, in thousandths of a nat for each predicted token, with its 95 % interval</source>
        <translation>Изменение функции потерь, когда объединена только эта пара, в тысячных долях ната на предсказанный токен, с интервалом 95 %</translation>
    </message>
    <message>
        <source>Layer</source>
        <translation>Слой</translation>
    </message>
    <message>
        <source>Head</source>
        <translation>Голова</translation>
    </message>
    <message>
        <source>Damage (millinats)</source>
        <translation>Ущерб (милинаты)</translation>
    </message>
</context>
<context>
    <name>headscope::ui::DamagePanel</name>
    <message>
        <source>Pairs of each layer</source>
        <translation>Пар в каждом слое</translation>
    </message>
    <message>
        <source>Windows of text</source>
        <translation>Окон текста</translation>
    </message>
    <message>
        <source>Layers</source>
        <translation>Слои</translation>
    </message>
    <message>
        <source>of the focused layer</source>
        <translation>выбранного слоя</translation>
    </message>
    <message>
        <source>of each included layer</source>
        <translation>каждого участвующего слоя</translation>
    </message>
    <message>
        <source>Closest pairs</source>
        <translation>Ближайшие пары</translation>
    </message>
    <message>
        <source>on windows</source>
        <translation>на окнах</translation>
    </message>
    <message>
        <source>Damage of pairs</source>
        <translation>Ущерб от пар</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Прервать</translation>
    </message>
    <message>
        <source>Measure damage</source>
        <translation>Измерить ущерб</translation>
    </message>
    <message>
        <source>No model is open.</source>
        <translation>Модель не открыта.</translation>
    </message>
    <message>
        <source>Merges each of the closest pairs alone and measures what that does to the loss: the truth that every measure of similarity should foretell.</source>
        <translation>Объединяет каждую из ближайших пар отдельно и измеряет, что при этом происходит с потерями: это и должна предсказывать любая мера сходства.</translation>
    </message>
    <message>
        <source>Too few pairs to rank the measures; measure more of them.</source>
        <translation>Пар слишком мало, чтобы упорядочить меры; измерьте больше.</translation>
    </message>
    <message>
        <source>Rank correlation (Spearman) of similarity and damage, mean over layers, the best first (-1 foretells it perfectly): %1</source>
        <translation>Ранговая корреляция (Спирмен) сходства и ущерба, среднее по слоям, лучшие первыми (-1: предсказывает точно): %1</translation>
    </message>
    <message>
        <source>Damage</source>
        <translation>Ущерб</translation>
    </message>
</context>
<context>
    <name>headscope::ui::DistributionPanel</name>
    <message>
        <source>Open a model to see how similar its heads are.</source>
        <translation>Откройте модель, чтобы увидеть сходство её голов.</translation>
    </message>
    <message>
        <source>Threshold</source>
        <translation>Порог</translation>
    </message>
</context>
<context>
    <name>headscope::ui::DistributionPlot</name>
    <message>
        <source>Similarity</source>
        <translation>Сходство</translation>
    </message>
    <message>
        <source>Pairs</source>
        <translation>Пары</translation>
    </message>
    <message>
        <source>&amp;Logarithmic counts</source>
        <translation>&amp;Логарифмическая шкала</translation>
    </message>
    <message>
        <source>Show &amp;all similarities</source>
        <translation>Показать &amp;весь диапазон</translation>
    </message>
    <message>
        <source>&amp;Copy the counts</source>
        <translation>&amp;Копировать числа пар</translation>
    </message>
    <message>
        <source>Distribution of similarities</source>
        <translation>Распределение сходства</translation>
    </message>
    <message>
        <source>How many pairs of heads are how similar. Left and Right move the threshold.</source>
        <translation>Сколько пар голов приходится на каждое значение сходства. Стрелки влево и вправо сдвигают порог.</translation>
    </message>
    <message numerus="yes">
        <source>%1, %n pair(s)</source>
        <comment>a threshold and what it selects</comment>
        <translation>
            <numerusform>%1, %n пара</numerusform>
            <numerusform>%1, %n пары</numerusform>
            <numerusform>%1, %n пар</numerusform>
        </translation>
    </message>
    <message>
        <source>▲ Highest %1</source>
        <translation>▲ Макс. %1</translation>
    </message>
    <message>
        <source>Change threshold</source>
        <translation>изменение порога</translation>
    </message>
    <message>
        <source>%1 from %2</source>
        <comment>&quot;per layer&quot;, and the lowest of the thresholds</comment>
        <translation>%1, от %2</translation>
    </message>
    <message>
        <source>Similarity (%1)</source>
        <translation>Сходство (%1)</translation>
    </message>
</context>
<context>
    <name>headscope::ui::FindThresholdsDialog</name>
    <message>
        <source>Find thresholds</source>
        <translation>Поиск порогов</translation>
    </message>
    <message>
        <source>Finds a threshold for each layer, so that as many heads as possible are merged while perplexity on all windows rises by no more than the budget.</source>
        <translation>Находит порог для каждого слоя так, чтобы объединить как можно больше голов, а перплексия на всех окнах выросла не больше, чем позволяет бюджет.</translation>
    </message>
    <message>
        <source>&#xa0;%</source>
        <comment>of perplexity</comment>
        <translation>&#xa0;%</translation>
    </message>
    <message>
        <source>How much perplexity may rise on all windows, of the original&apos;s</source>
        <translation>На сколько может вырасти перплексия на всех окнах относительно исходной модели</translation>
    </message>
    <message>
        <source>Merged heads</source>
        <translation>Объединённые головы</translation>
    </message>
    <message>
        <source>Removable heads</source>
        <translation>Устранимые головы</translation>
    </message>
    <message>
        <source>What the search wants most of: heads that are merged, or heads that end as the copy of another, keys and values included</source>
        <translation>Чего должно быть как можно больше: объединённых голов или голов, которые становятся копией другой вместе с ключами и значениями</translation>
    </message>
    <message>
        <source>So many thresholds are tried in each layer, at most</source>
        <translation>Столько порогов пробуется в каждом слое, не больше</translation>
    </message>
    <message>
        <source>Windows on which plans are tried out; more of them take longer and are wrong less often</source>
        <translation>Окна, на которых пробуются планы; чем их больше, тем дольше поиск и тем реже ошибки</translation>
    </message>
    <message>
        <source>&amp;Budget:</source>
        <translation>&amp;Бюджет:</translation>
    </message>
    <message>
        <source>&amp;Gain:</source>
        <translation>&amp;Цель:</translation>
    </message>
    <message>
        <source>Thresholds of a &amp;layer:</source>
        <translation>Порогов на &amp;слой:</translation>
    </message>
    <message>
        <source>&amp;Probe windows:</source>
        <translation>&amp;Пробные окна:</translation>
    </message>
    <message>
        <source>Progress</source>
        <translation>Ход работы</translation>
    </message>
    <message>
        <source>The path of the search</source>
        <translation>Ход поиска</translation>
    </message>
    <message>
        <source>&amp;Copy the path</source>
        <translation>&amp;Копировать ход поиска</translation>
    </message>
    <message>
        <source>&amp;Use these thresholds</source>
        <translation>&amp;Применить эти пороги</translation>
    </message>
    <message>
        <source>&amp;Cancel</source>
        <translation>&amp;Отменить</translation>
    </message>
    <message>
        <source>&amp;Find thresholds</source>
        <translation>&amp;Найти пороги</translation>
    </message>
</context>
<context>
    <name>headscope::ui::GuidedTour</name>
    <message>
        <source>Models are opened from the File menu, from the command line, or by dropping them on the window: Hugging Face folders, GGUF files and more.</source>
        <translation>Модели открывают из меню «Файл», из командной строки или перетаскиванием в окно: папки Hugging Face, файлы GGUF и другие.</translation>
    </message>
    <message>
        <source>The next steps show what can be seen of yours.</source>
        <translation>Следующие шаги покажут, что можно узнать о вашей.</translation>
    </message>
    <message>
        <source>&quot;Next&quot; opens the small demo model that ships with Headscope.</source>
        <translation>«Далее» откроет маленькую демонстрационную модель, которая поставляется с Headscope.</translation>
    </message>
    <message>
        <source>Open a model</source>
        <translation>Откройте модель</translation>
    </message>
    <message>
        <source>All heads at a glance</source>
        <translation>Все головы сразу</translation>
    </message>
    <message>
        <source>Each column is a layer, each cell a head. Choose what colours them: similarity, entropy, induction and more. Click to select, right-click to merge, remove or exclude. What is selected here is marked in every view; Scatter shows heads by any two values.</source>
        <translation>Каждый столбец — слой, каждая клетка — голова. Выберите, что задаёт цвет: сходство, энтропия, индукция и другое. Щелчок выделяет, правая кнопка объединяет, удаляет или исключает. Выделенное отмечено во всех видах; «Рассеяние» показывает головы по любым двум значениям.</translation>
    </message>
    <message>
        <source>What a head does</source>
        <translation>Что делает голова</translation>
    </message>
    <message>
        <source>Type a text, or find the passages that activate a head most, and point at a token to see what it attends to. Two selected heads are shown side by side.</source>
        <translation>Введите текст или найдите отрывки, которые сильнее всего активируют голову, и наведите на токен: видно, на что он смотрит. Две выделенные головы показаны рядом.</translation>
    </message>
    <message>
        <source>Choose what to merge</source>
        <translation>Выберите, что объединить</translation>
    </message>
    <message>
        <source>Drag the line, or ask for the closest pairs: the plan follows at once, and every step can be undone. What counts as similar is the measure at the top; on real models the measures of behaviour find most.</source>
        <translation>Перетащите линию или возьмите ближайшие пары: план меняется сразу, и каждый шаг можно отменить. Что считать сходством, решает мера наверху; у настоящих моделей больше всего находят меры поведения.</translation>
    </message>
    <message>
        <source>Measure what it costs</source>
        <translation>Измерьте, чего это стоит</translation>
    </message>
    <message>
        <source>&quot;Run&quot; evaluates the plan and the original on the same text, with confidence intervals; Trade-off and Text show where it hurts. File, Save merged model writes the result. F1 explains keys, measures and words.</source>
        <translation>«Запустить» оценивает план и исходную модель на одном тексте, с доверительными интервалами; «Компромисс» и «Текст» показывают, где теряется качество. «Файл», «Сохранить объединённую модель» записывает результат. F1 объясняет клавиши, меры и слова.</translation>
    </message>
</context>
<context>
    <name>headscope::ui::HeadAxis</name>
    <message>
        <source>Layer</source>
        <translation>Слой</translation>
    </message>
</context>
<context>
    <name>headscope::ui::HeadDots</name>
    <message>
        <source>Scatter of all heads</source>
        <translation>Диаграмма рассеяния всех голов</translation>
    </message>
</context>
<context>
    <name>headscope::ui::HeadMap</name>
    <message>
        <source>Layer</source>
        <translation>Слой</translation>
    </message>
    <message>
        <source>Head</source>
        <translation>Голова</translation>
    </message>
    <message>
        <source>Map of all heads</source>
        <translation>Карта всех голов</translation>
    </message>
</context>
<context>
    <name>headscope::ui::HeadScatterPanel</name>
    <message>
        <source>Compute</source>
        <translation>Вычислить</translation>
    </message>
    <message>
        <source>X:</source>
        <translation>X:</translation>
    </message>
    <message>
        <source>Y:</source>
        <translation>Y:</translation>
    </message>
    <message>
        <source>Colo&amp;ur by:</source>
        <translation>&amp;Цвет:</translation>
    </message>
    <message>
        <source>No model is open.</source>
        <translation>Модель не открыта.</translation>
    </message>
    <message>
        <source>No head has both values.</source>
        <translation>Ни у одной головы нет обоих значений.</translation>
    </message>
    <message numerus="yes">
        <source>%n head(s)</source>
        <translation>
            <numerusform>%n голова</numerusform>
            <numerusform>%n головы</numerusform>
            <numerusform>%n голов</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n without a value</source>
        <translation>
            <numerusform>%n без значения</numerusform>
            <numerusform>%n без значения</numerusform>
            <numerusform>%n без значения</numerusform>
        </translation>
    </message>
    <message>
        <source>rank correlation (Spearman) %1</source>
        <translation>ранговая корреляция (Спирмен) %1</translation>
    </message>
    <message>
        <source>%1. Colours: %2</source>
        <translation>%1. Цвет: %2</translation>
    </message>
    <message>
        <source>Point at a head, or use the arrow keys. Click, or drag a rectangle, to select; Ctrl or Shift adds. Wheel zooms, double click shows all.</source>
        <translation>Наведите на голову или используйте стрелки. Щелчок или обведённый прямоугольник выделяет; Ctrl или Shift добавляет. Колесо меняет масштаб, двойной щелчок показывает всё.</translation>
    </message>
    <message>
        <source>Layer %1, head %2: %3</source>
        <translation>Слой %1, голова %2: %3</translation>
    </message>
</context>
<context>
    <name>headscope::ui::HeadValues</name>
    <message>
        <source>Highest similarity</source>
        <translation>Наибольшее сходство</translation>
    </message>
    <message>
        <source>Highest similarity (%1)</source>
        <translation>Наибольшее сходство (%1)</translation>
    </message>
    <message>
        <source>No damage was measured yet; do so under Damage.</source>
        <translation>Ущерб ещё не измерен; это делается на вкладке «Ущерб».</translation>
    </message>
    <message>
        <source>Reading the calibration text</source>
        <translation>Чтение калибровочного текста</translation>
    </message>
    <message>
        <source>The model has to read the calibration text once.</source>
        <translation>Модель должна один раз прочитать калибровочный текст.</translation>
    </message>
    <message>
        <source>The highest similarity to another head of the layer.</source>
        <translation>Наибольшее сходство с другой головой слоя.</translation>
    </message>
    <message>
        <source>Merged by the plan</source>
        <translation>Объединяет план</translation>
    </message>
    <message>
        <source>The number of heads that the plan merges with it; 0 for none.</source>
        <translation>Сколько голов план объединяет с ней; 0, если ни одной.</translation>
    </message>
    <message>
        <source>Output norm</source>
        <translation>Норма выхода</translation>
    </message>
    <message>
        <source>Root mean square norm of what the head adds to the residual stream.</source>
        <translation>Среднеквадратичная норма того, что голова добавляет в остаточный поток.</translation>
    </message>
    <message>
        <source>Attention entropy, nats</source>
        <translation>Энтропия внимания, наты</translation>
    </message>
    <message>
        <source>Mean entropy of the attention rows: low where a head looks at few tokens.</source>
        <translation>Средняя энтропия строк внимания: мала, если голова смотрит на немногие токены.</translation>
    </message>
    <message>
        <source>First-token share</source>
        <translation>Доля первого токена</translation>
    </message>
    <message>
        <source>Mean attention to the first token: an attention sink where high.</source>
        <translation>Среднее внимание к первому токену: большая доля говорит о стоке внимания.</translation>
    </message>
    <message>
        <source>Previous-token score</source>
        <translation>Оценка предыдущего токена</translation>
    </message>
    <message>
        <source>Mean attention to the token before.</source>
        <translation>Среднее внимание к предыдущему токену.</translation>
    </message>
    <message>
        <source>Duplicate-token score</source>
        <translation>Оценка повтора токена</translation>
    </message>
    <message>
        <source>Mean attention to earlier copies of the same token.</source>
        <translation>Среднее внимание к прежним вхождениям того же токена.</translation>
    </message>
    <message>
        <source>Induction score</source>
        <translation>Оценка индукции</translation>
    </message>
    <message>
        <source>Mean attention to what followed earlier copies of the same token.</source>
        <translation>Среднее внимание к тому, что шло за прежними вхождениями того же токена.</translation>
    </message>
    <message>
        <source>Attention distance, tokens</source>
        <translation>Расстояние внимания, токены</translation>
    </message>
    <message>
        <source>Mean distance to what the head attends to.</source>
        <translation>Среднее расстояние до того, на что смотрит голова.</translation>
    </message>
    <message>
        <source>Damage, millinats a token</source>
        <translation>Ущерб, миллинаты на токен</translation>
    </message>
    <message>
        <source>The lowest loss increase of the head&apos;s pairs that were measured.</source>
        <translation>Наименьший рост потерь среди измеренных пар головы.</translation>
    </message>
    <message>
        <source>Redundancy</source>
        <translation>Избыточность</translation>
    </message>
    <message>
        <source>The share of what the head writes that a refit of the other heads of its layer can write instead.</source>
        <translation>Доля того, что пишет голова, которую после подгонки могут писать остальные головы её слоя.</translation>
    </message>
    <message>
        <source>Distance to a second model</source>
        <translation>Расстояние до второй модели</translation>
    </message>
    <message>
        <source>Distance to %1</source>
        <translation>Расстояние до %1</translation>
    </message>
    <message>
        <source>Open a second model under Two models.</source>
        <translation>Откройте вторую модель на вкладке «Две модели».</translation>
    </message>
    <message>
        <source>|a − b| / |a| of the head&apos;s four weights and those of the most similar head of the same layer of the second model.</source>
        <translation>|a − b| / |a| четырёх весов головы и весов самой похожей головы того же слоя второй модели.</translation>
    </message>
</context>
<context>
    <name>headscope::ui::HeatmapPanel</name>
    <message>
        <source>No model is open. Open one to see how alike the heads of its layers are.</source>
        <translation>Модель не открыта. Откройте её, чтобы увидеть сходство голов в слоях.</translation>
    </message>
    <message>
        <source>Layer %1: %2, %3</source>
        <translation>Слой %1: %2, %3</translation>
    </message>
    <message numerus="yes">
        <source>%n head(s)</source>
        <translation>
            <numerusform>%n голова</numerusform>
            <numerusform>%n головы</numerusform>
            <numerusform>%n голов</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n KV head(s)</source>
        <translation>
            <numerusform>%n KV-голова</numerusform>
            <numerusform>%n KV-головы</numerusform>
            <numerusform>%n KV-голов</numerusform>
        </translation>
    </message>
    <message>
        <source>%1. Excluded from the merge</source>
        <translation>%1. Исключён из объединения</translation>
    </message>
    <message>
        <source>%1, %2</source>
        <translation>%1, %2</translation>
    </message>
    <message numerus="yes">
        <source>%n pair(s)</source>
        <translation>
            <numerusform>%n пара</numerusform>
            <numerusform>%n пары</numerusform>
            <numerusform>%n пар</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n group(s)</source>
        <translation>
            <numerusform>%n группа</numerusform>
            <numerusform>%n группы</numerusform>
            <numerusform>%n групп</numerusform>
        </translation>
    </message>
    <message>
        <source>If it were included: %1</source>
        <translation>Если включить: %1</translation>
    </message>
    <message>
        <source>No two heads may be merged</source>
        <translation>Ни одну пару голов нельзя объединить</translation>
    </message>
    <message>
        <source>No pair reaches %1; the highest similarity is %2</source>
        <translation>Ни одна пара не достигает %1; наибольшее сходство — %2</translation>
    </message>
    <message>
        <source>%1, threshold %2</source>
        <comment>pairs and groups of a layer, and its own threshold</comment>
        <translation>%1, порог %2</translation>
    </message>
    <message>
        <source>No threshold of its own, so nothing is merged; the highest similarity is %1</source>
        <translation>Своего порога нет, и ничего не объединяется; наибольшее сходство %1</translation>
    </message>
    <message>
        <source>Heatmap</source>
        <translation>Тепловая карта</translation>
    </message>
</context>
<context>
    <name>headscope::ui::HeatmapPlot</name>
    <message>
        <source>Head</source>
        <translation>Голова</translation>
    </message>
    <message>
        <source>Similarity</source>
        <translation>Сходство</translation>
    </message>
    <message>
        <source>Similarity heatmap</source>
        <translation>Тепловая карта сходства</translation>
    </message>
    <message>
        <source>Similarity (%1)</source>
        <translation>Сходство (%1)</translation>
    </message>
</context>
<context>
    <name>headscope::ui::HeatmapReadout</name>
    <message>
        <source>Head %1 with itself: %2</source>
        <translation>Голова %1 сама с собой: %2</translation>
    </message>
    <message>
        <source>KV head %1</source>
        <translation>KV-голова %1</translation>
    </message>
    <message>
        <source>Heads %1 and %2: %3, both of KV head %4</source>
        <translation>Головы %1 и %2: %3, обе у KV-головы %4</translation>
    </message>
    <message>
        <source>Heads %1 and %2: %3, KV heads %4 and %5</source>
        <translation>Головы %1 и %2: %3, KV-головы %4 и %5</translation>
    </message>
    <message>
        <source>Not merged: the layer is excluded</source>
        <translation>Не объединены: слой исключён</translation>
    </message>
    <message numerus="yes">
        <source>Merged: a pair, in one group of %n heads</source>
        <translation>
            <numerusform>Объединены: пара в одной группе из %n головы</numerusform>
            <numerusform>Объединены: пара в одной группе из %n голов</numerusform>
            <numerusform>Объединены: пара в одной группе из %n голов</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Merged through other pairs, in one group of %n heads</source>
        <translation>
            <numerusform>Объединены через другие пары в одной группе из %n головы</numerusform>
            <numerusform>Объединены через другие пары в одной группе из %n голов</numerusform>
            <numerusform>Объединены через другие пары в одной группе из %n голов</numerusform>
        </translation>
    </message>
    <message>
        <source>Not merged: a pair, but not in one group</source>
        <translation>Не объединены: пара, но не в одной группе</translation>
    </message>
    <message>
        <source>Not merged</source>
        <translation>Не объединены</translation>
    </message>
    <message>
        <source>Point at a cell or use the arrow keys.</source>
        <translation>Наведите указатель на ячейку или используйте стрелки.</translation>
    </message>
    <message>
        <source>Click or press Enter to pin it.</source>
        <translation>Щелчок или Enter закрепит её.</translation>
    </message>
    <message>
        <source>Pinned</source>
        <translation>Закреплено</translation>
    </message>
</context>
<context>
    <name>headscope::ui::HeatmapTools</name>
    <message>
        <source>&amp;Order:</source>
        <translation>Поря&amp;док:</translation>
    </message>
    <message>
        <source>By index</source>
        <translation>По номеру</translation>
    </message>
    <message>
        <source>By cluster</source>
        <translation>По кластерам</translation>
    </message>
    <message>
        <source>The order of the heads. By cluster, heads that are alike stand side by side (average linkage).</source>
        <translation>Порядок голов. По кластерам: сходные головы стоят рядом (метод средней связи).</translation>
    </message>
    <message>
        <source>&amp;Colours:</source>
        <translation>&amp;Цвета:</translation>
    </message>
    <message>
        <source>Sequential</source>
        <translation>Последовательные</translation>
    </message>
    <message>
        <source>Diverging</source>
        <translation>Расходящиеся</translation>
    </message>
    <message>
        <source>Automatic</source>
        <translation>Автоматически</translation>
    </message>
    <message>
        <source>−1 to 1</source>
        <translation>От −1 до 1</translation>
    </message>
    <message>
        <source>0 to 1</source>
        <translation>От 0 до 1</translation>
    </message>
    <message>
        <source>Reset &amp;zoom</source>
        <translation>Сбросить &amp;масштаб</translation>
    </message>
    <message>
        <source>Show all heads again. A double click on the heatmap does the same.</source>
        <translation>Снова показать все головы. То же делает двойной щелчок по тепловой карте.</translation>
    </message>
    <message>
        <source>Each head of this layer has a KV head of its own.</source>
        <translation>У каждой головы этого слоя своя KV-голова.</translation>
    </message>
    <message>
        <source>Only heads in the order of their index stand by KV group.</source>
        <translation>Головы стоят по KV-группам только в порядке номеров.</translation>
    </message>
    <message>
        <source>Draw lines between KV groups: the heads that one KV head serves.</source>
        <translation>Разделять линиями KV-группы — головы, которые обслуживает одна KV-голова.</translation>
    </message>
    <message>
        <source>Sequential: from dark to light. Diverging: two colours that meet in white at 0. Automatic: diverging where a similarity is negative. Both suit colour-blind eyes.</source>
        <translation>Последовательная: от тёмного к светлому. Расходящаяся: два цвета, которые сходятся в белом при 0. Автоматически: расходящаяся, если есть отрицательные сходства. Обе подходят и при дальтонизме.</translation>
    </message>
    <message>
        <source>Range:</source>
        <translation>Диапазон:</translation>
    </message>
    <message>
        <source>Of the model</source>
        <translation>Модели</translation>
    </message>
    <message>
        <source>Of the layer</source>
        <translation>Слоя</translation>
    </message>
    <message>
        <source>The similarities at both ends of the colours. Of the model: the lowest and the highest of all layers, so that layers compare.</source>
        <translation>Сходства на обоих концах шкалы цветов. Модели: наименьшее и наибольшее по всем слоям, чтобы слои можно было сравнивать.</translation>
    </message>
    <message>
        <source>&amp;KV groups</source>
        <translation>&amp;Группы KV</translation>
    </message>
</context>
<context>
    <name>headscope::ui::HelpDialog</name>
    <message>
        <source>Search</source>
        <translation>Поиск</translation>
    </message>
    <message>
        <source>Search the page</source>
        <translation>Искать на странице</translation>
    </message>
    <message>
        <source>Help</source>
        <translation>Справка</translation>
    </message>
    <message>
        <source>&amp;Keyboard and mouse</source>
        <translation>&amp;Клавиши и мышь</translation>
    </message>
    <message>
        <source>&amp;Measures</source>
        <translation>&amp;Меры</translation>
    </message>
    <message>
        <source>&amp;Values of a head</source>
        <translation>&amp;Значения головы</translation>
    </message>
    <message>
        <source>&amp;Glossary</source>
        <translation>С&amp;ловарь</translation>
    </message>
</context>
<context>
    <name>headscope::ui::Job</name>
    <message>
        <source>Out of memory. Close other programs, or choose a smaller window.</source>
        <translation>Не хватает памяти. Закройте другие программы или уменьшите окно измерения.</translation>
    </message>
    <message>
        <source>Internal error, please report it: %1</source>
        <translation>Внутренняя ошибка, сообщите о ней: %1</translation>
    </message>
</context>
<context>
    <name>headscope::ui::JobStatus</name>
    <message>
        <source>Progress</source>
        <translation>Прогресс</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Прервать</translation>
    </message>
</context>
<context>
    <name>headscope::ui::LayerBars</name>
    <message numerus="yes">
        <source>%1 of %Ln head(s) merged</source>
        <translation>
            <numerusform>Объединено голов: %1 из %Ln</numerusform>
            <numerusform>Объединено голов: %1 из %Ln</numerusform>
            <numerusform>Объединено голов: %1 из %Ln</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln pair(s)</source>
        <translation>
            <numerusform>%Ln пара</numerusform>
            <numerusform>%Ln пары</numerusform>
            <numerusform>%Ln пар</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln group(s)</source>
        <translation>
            <numerusform>%Ln группа</numerusform>
            <numerusform>%Ln группы</numerusform>
            <numerusform>%Ln групп</numerusform>
        </translation>
    </message>
    <message>
        <source>Layer %1</source>
        <translation>Слой %1</translation>
    </message>
    <message>
        <source>Layer %1, excluded from the merge</source>
        <translation>Слой %1, исключён из объединения</translation>
    </message>
    <message>
        <source>Heads merged in each layer</source>
        <translation>Объединено голов по слоям</translation>
    </message>
    <message>
        <source>Left and Right focus another layer</source>
        <translation>Стрелки влево и вправо выбирают другой слой</translation>
    </message>
    <message>
        <source>Layer</source>
        <translation>Слой</translation>
    </message>
    <message>
        <source>Threshold %1</source>
        <translation>Порог %1</translation>
    </message>
    <message>
        <source>No threshold of its own</source>
        <translation>Своего порога нет</translation>
    </message>
</context>
<context>
    <name>headscope::ui::LayerDelegate</name>
    <message>
        <source>max %1</source>
        <translation>макс. %1</translation>
    </message>
    <message numerus="yes">
        <source>%Ln pair(s)</source>
        <translation>
            <numerusform>%Ln пара</numerusform>
            <numerusform>%Ln пары</numerusform>
            <numerusform>%Ln пар</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>headscope::ui::LayerModel</name>
    <message>
        <source>Layer %1</source>
        <translation>Слой %1</translation>
    </message>
    <message numerus="yes">
        <source>Layer %1, included in the merge; highest similarity %2; %Ln pair(s) at the present threshold</source>
        <translation>
            <numerusform>Слой %1, включён в объединение; наибольшее сходство %2; %Ln пара при текущем пороге</numerusform>
            <numerusform>Слой %1, включён в объединение; наибольшее сходство %2; %Ln пары при текущем пороге</numerusform>
            <numerusform>Слой %1, включён в объединение; наибольшее сходство %2; %Ln пар при текущем пороге</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Layer %1, excluded from the merge; highest similarity %2; %Ln pair(s) at the present threshold</source>
        <translation>
            <numerusform>Слой %1, исключён из объединения; наибольшее сходство %2; %Ln пара при текущем пороге</numerusform>
            <numerusform>Слой %1, исключён из объединения; наибольшее сходство %2; %Ln пары при текущем пороге</numerusform>
            <numerusform>Слой %1, исключён из объединения; наибольшее сходство %2; %Ln пар при текущем пороге</numerusform>
        </translation>
    </message>
    <message>
        <source>%1; its own threshold is %2</source>
        <translation>%1; свой порог %2</translation>
    </message>
    <message>
        <source>%1; it has no threshold of its own, so nothing is merged</source>
        <translation>%1; своего порога нет, и ничего не объединяется</translation>
    </message>
</context>
<context>
    <name>headscope::ui::LayerPanel</name>
    <message>
        <source>Include &amp;all</source>
        <translation>Включить &amp;все</translation>
    </message>
    <message>
        <source>E&amp;xclude all</source>
        <translation>&amp;Исключить все</translation>
    </message>
    <message>
        <source>Include &amp;selected</source>
        <translation>Включить в&amp;ыбранные</translation>
    </message>
    <message>
        <source>Exclude s&amp;elected</source>
        <translation>Исключить вы&amp;бранные</translation>
    </message>
    <message>
        <source>In&amp;vert</source>
        <translation>И&amp;нвертировать</translation>
    </message>
    <message>
        <source>&amp;Include</source>
        <translation>Вкл&amp;ючить</translation>
    </message>
    <message>
        <source>Choose the layers that the merge includes</source>
        <translation>Выбрать слои, участвующие в объединении</translation>
    </message>
    <message>
        <source>Only with &amp;pairs</source>
        <translation>То&amp;лько с парами</translation>
    </message>
    <message>
        <source>Show only layers with a pair at the present threshold, and the focused layer</source>
        <translation>Показывать только слои, где при текущем пороге есть пары, и текущий слой</translation>
    </message>
    <message>
        <source>Layers</source>
        <translation>Слои</translation>
    </message>
    <message>
        <source>Arrow keys focus a layer, Space includes the selected layers or excludes them</source>
        <translation>Стрелки переходят между слоями, пробел включает или исключает выбранные слои</translation>
    </message>
    <message>
        <source>Open a model to see its layers.</source>
        <translation>Откройте модель, чтобы увидеть её слои.</translation>
    </message>
    <message numerus="yes">
        <source>%1 of %Ln layer(s) included</source>
        <translation>
            <numerusform>Включено слоёв: %1 из %Ln</numerusform>
            <numerusform>Включено слоёв: %1 из %Ln</numerusform>
            <numerusform>Включено слоёв: %1 из %Ln</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>headscope::ui::LiveEstimateView</name>
    <message>
        <source>&amp;Live estimate</source>
        <translation>&amp;Живая оценка</translation>
    </message>
    <message>
        <source>While it is on, each change of the plan is evaluated on a few windows of the text, and the change of perplexity is shown here with its 95 % interval. It pauses while a run is evaluated.</source>
        <translation>Когда включена, каждое изменение плана проверяется на нескольких окнах текста, и здесь видно изменение перплексии с доверительным интервалом 95&#xa0;%. На время прогона приостанавливается.</translation>
    </message>
    <message>
        <source>The live estimate is being refined</source>
        <translation>Живая оценка уточняется</translation>
    </message>
    <message>
        <source>Shows what the plan does to perplexity.</source>
        <translation>Показывает, как план меняет перплексию.</translation>
    </message>
    <message>
        <source>Nothing to merge: perplexity stays as it is.</source>
        <translation>Объединять нечего: перплексия не изменится.</translation>
    </message>
    <message>
        <source>Waits until the device is free.</source>
        <translation>Ждёт, пока освободится устройство.</translation>
    </message>
    <message>
        <source>The estimate failed.</source>
        <translation>Не удалось получить оценку.</translation>
    </message>
    <message>
        <source>Evaluating the first windows…</source>
        <translation>Измеряются первые окна…</translation>
    </message>
    <message numerus="yes">
        <source>Perplexity %1, %n window(s)</source>
        <translation>
            <numerusform>Перплексия %1, %n окно</numerusform>
            <numerusform>Перплексия %1, %n окна</numerusform>
            <numerusform>Перплексия %1, %n окон</numerusform>
        </translation>
    </message>
    <message>
        <source>The change of perplexity and its 95 % interval beside zero, from −%1 to +%1.</source>
        <translation>Изменение перплексии и его доверительный интервал 95&#xa0;% относительно нуля, от −%1 до +%1.</translation>
    </message>
</context>
<context>
    <name>headscope::ui::MainWindow</name>
    <message>
        <source>Where and in what the loaded model computes</source>
        <translation>Устройство и тип чисел, с которыми считает загруженная модель</translation>
    </message>
    <message>
        <source>Opening %1</source>
        <translation>Открывается %1</translation>
    </message>
    <message>
        <source>%1 - Headscope</source>
        <translation>%1 — Headscope</translation>
    </message>
    <message>
        <source>Headscope</source>
        <translation>Headscope</translation>
    </message>
    <message>
        <source>Open a model first.</source>
        <translation>Сначала откройте модель.</translation>
    </message>
    <message>
        <source>Include at least one layer first.</source>
        <translation>Сначала включите хотя бы один слой.</translation>
    </message>
    <message>
        <source>Follow the &amp;system</source>
        <translation>Как в &amp;системе</translation>
    </message>
    <message>
        <source>&amp;Light</source>
        <translation>С&amp;ветлое</translation>
    </message>
    <message>
        <source>&amp;Dark</source>
        <translation>&amp;Тёмное</translation>
    </message>
    <message>
        <source>Open the folder of a model</source>
        <translation>Открыть папку модели</translation>
    </message>
    <message>
        <source>Open results</source>
        <translation>Открыть результаты</translation>
    </message>
    <message>
        <source>Results (*.json);;All files (*)</source>
        <translation>Результаты (*.json);;Все файлы (*)</translation>
    </message>
    <message>
        <source>Restore a run</source>
        <translation>восстановление выбора из прогона</translation>
    </message>
    <message>
        <source>There are no finished runs to save yet.</source>
        <translation>Завершённых прогонов пока нет, сохранять нечего.</translation>
    </message>
    <message>
        <source>Choose a folder for the results</source>
        <translation>Выберите папку для результатов</translation>
    </message>
    <message>
        <source>Replace results?</source>
        <translation>Заменить результаты?</translation>
    </message>
    <message>
        <source>These files are there already:
%1

Replace them?</source>
        <translation>Уже есть файлы:
%1

Заменить их?</translation>
    </message>
    <message>
        <source>Results were written to %1</source>
        <translation>Результаты записаны в %1</translation>
    </message>
    <message>
        <source>The image was written to %1</source>
        <translation>Изображение записано в %1</translation>
    </message>
    <message>
        <source>&amp;System language</source>
        <translation>&amp;Язык системы</translation>
    </message>
    <message>
        <source>Wait until the model is open, or cancel that.</source>
        <translation>Дождитесь открытия модели или прервите его.</translation>
    </message>
    <message>
        <source>The merged model was written to %1</source>
        <translation>Объединённая модель записана в %1</translation>
    </message>
    <message>
        <source>%1, without %2 and %3; %4 there says which, and why not more.</source>
        <translation>%1, без %2 и %3; какие удалены и почему не больше, сказано там в %4.</translation>
    </message>
    <message numerus="yes">
        <source>%Ln head(s)</source>
        <translation>
            <numerusform>%Ln головы</numerusform>
            <numerusform>%Ln голов</numerusform>
            <numerusform>%Ln голов</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln KV head(s)</source>
        <translation>
            <numerusform>%Ln KV-головы</numerusform>
            <numerusform>%Ln KV-голов</numerusform>
            <numerusform>%Ln KV-голов</numerusform>
        </translation>
    </message>
    <message>
        <source>The report was written to %1</source>
        <translation>Отчёт записан в %1</translation>
    </message>
    <message>
        <source>Export report</source>
        <translation>Экспорт отчёта</translation>
    </message>
    <message>
        <source>HTML document (*.html)</source>
        <translation>Документ HTML (*.html)</translation>
    </message>
    <message>
        <source>Wait until the heads are compared by the new measure, or cancel that.</source>
        <translation>Дождитесь сравнения голов по новой мере или отмените его.</translation>
    </message>
    <message>
        <source>Wait until the calibration text is read, or cancel that.</source>
        <translation>Дождитесь чтения текста калибровки или отмените его.</translation>
    </message>
    <message>
        <source>Quit Headscope</source>
        <translation>Выход из Headscope</translation>
    </message>
    <message>
        <source>Work is in progress. What is not finished is lost.</source>
        <translation>Идёт работа. Незаконченное будет потеряно.</translation>
    </message>
    <message>
        <source>&amp;Quit</source>
        <translation>&amp;Выйти</translation>
    </message>
</context>
<context>
    <name>headscope::ui::MapPanel</name>
    <message>
        <source>Compute</source>
        <translation>Вычислить</translation>
    </message>
    <message>
        <source>Colo&amp;ur by:</source>
        <translation>&amp;Цвет:</translation>
    </message>
    <message>
        <source>Point at a head, or use the arrow keys. Click to select; Shift selects a range, Ctrl one more.</source>
        <translation>Наведите указатель на голову или пользуйтесь стрелками. Щелчок выбирает голову, с Shift диапазон, с Ctrl ещё одну.</translation>
    </message>
    <message>
        <source>Layer %1, head %2</source>
        <translation>Слой %1, голова %2</translation>
    </message>
    <message>
        <source>Layer %1, head %2: %3</source>
        <translation>Слой %1, голова %2: %3</translation>
    </message>
    <message numerus="yes">
        <source>&amp;Exclude %n head(s) from the merge</source>
        <translation>
            <numerusform>&amp;Исключить %n голову из объединения</numerusform>
            <numerusform>&amp;Исключить %n головы из объединения</numerusform>
            <numerusform>&amp;Исключить %n голов из объединения</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>&amp;Include %n head(s) in the merge</source>
        <translation>
            <numerusform>&amp;Включить %n голову в объединение</numerusform>
            <numerusform>&amp;Включить %n головы в объединение</numerusform>
            <numerusform>&amp;Включить %n голов в объединение</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Exclude %n &amp;layer(s)</source>
        <translation>
            <numerusform>Исключить %n &amp;слой</numerusform>
            <numerusform>Исключить %n &amp;слоя</numerusform>
            <numerusform>Исключить %n &amp;слоёв</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Include %n la&amp;yer(s)</source>
        <translation>
            <numerusform>Включить %n с&amp;лой</numerusform>
            <numerusform>Включить %n с&amp;лоя</numerusform>
            <numerusform>Включить %n с&amp;лоёв</numerusform>
        </translation>
    </message>
    <message>
        <source>Map</source>
        <translation>Карта</translation>
    </message>
    <message numerus="yes">
        <source>&amp;Merge %n head(s)</source>
        <translation>
            <numerusform>&amp;Слить %n голову</numerusform>
            <numerusform>&amp;Слить %n головы</numerusform>
            <numerusform>&amp;Слить %n голов</numerusform>
        </translation>
    </message>
    <message>
        <source>Do not merge &amp;by hand</source>
        <translation>Не сливать &amp;вручную</translation>
    </message>
    <message numerus="yes">
        <source>&amp;Remove %n head(s)</source>
        <translation>
            <numerusform>&amp;Удалить %n голову</numerusform>
            <numerusform>&amp;Удалить %n головы</numerusform>
            <numerusform>&amp;Удалить %n голов</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>&amp;Put %n head(s) back</source>
        <translation>
            <numerusform>&amp;Вернуть %n голову</numerusform>
            <numerusform>&amp;Вернуть %n головы</numerusform>
            <numerusform>&amp;Вернуть %n голов</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>headscope::ui::MeasureChoice</name>
    <message>
        <source>WikiText-2, train split</source>
        <translation>WikiText-2, обучающая часть</translation>
    </message>
    <message>
        <source>%1: all...</source>
        <translation>%1, все окна...</translation>
    </message>
    <message>
        <source>Change measure</source>
        <translation>изменение меры</translation>
    </message>
    <message>
        <source>Change calibration</source>
        <translation>изменение калибровки</translation>
    </message>
    <message>
        <source>&amp;Measure:</source>
        <translation>М&amp;ера:</translation>
    </message>
    <message>
        <source>What two heads are compared by</source>
        <translation>По чему сравниваются две головы</translation>
    </message>
    <message>
        <source>The text over which activations are collected</source>
        <translation>Текст, по которому собираются активации</translation>
    </message>
    <message numerus="yes">
        <source>%1: %n window(s)...</source>
        <translation>
            <numerusform>%1: %n окно...</numerusform>
            <numerusform>%1: %n окна...</numerusform>
            <numerusform>%1: %n окон...</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>headscope::ui::Measurer</name>
    <message>
        <source>Change measure</source>
        <translation>изменение меры</translation>
    </message>
    <message>
        <source>Change averaging</source>
        <translation>изменение усреднения</translation>
    </message>
</context>
<context>
    <name>headscope::ui::MemoryStatus</name>
    <message>
        <source>Memory that Headscope uses, mapped files that were read included</source>
        <translation>Память, занятая Headscope, вместе с прочитанными частями отображённых файлов</translation>
    </message>
    <message>
        <source>%1 memory</source>
        <translation>Память: %1</translation>
    </message>
</context>
<context>
    <name>headscope::ui::MessageBar</name>
    <message>
        <source>Copies what is needed to report or look up the error.</source>
        <translation>Копировать сведения, по которым ошибку можно найти или сообщить о ней.</translation>
    </message>
    <message>
        <source>Close this message (Esc)</source>
        <translation>Закрыть сообщение (Esc)</translation>
    </message>
    <message>
        <source>Close this message</source>
        <translation>Закрыть сообщение</translation>
    </message>
    <message>
        <source>Copy details</source>
        <translation>Скопировать подробности</translation>
    </message>
</context>
<context>
    <name>headscope::ui::ModelPanel</name>
    <message>
        <source>%1 heads and %2 KV heads a layer, of %3 dimensions</source>
        <translation>голов в слое: %1, голов KV: %2, размерность %3</translation>
    </message>
    <message>
        <source>heads/KV heads by layer: %1</source>
        <translation>головы/головы KV по слоям: %1</translation>
    </message>
    <message>
        <source>Architecture</source>
        <translation>Архитектура</translation>
    </message>
    <message>
        <source>Layers</source>
        <translation>Слои</translation>
    </message>
    <message>
        <source>Attention</source>
        <translation>Внимание</translation>
    </message>
    <message>
        <source>Hidden size</source>
        <translation>Размер скрытого состояния</translation>
    </message>
    <message>
        <source>Feed-forward size</source>
        <translation>Размер полносвязной части</translation>
    </message>
    <message>
        <source>Vocabulary</source>
        <translation>Словарь</translation>
    </message>
    <message>
        <source>%1, embeddings tied</source>
        <translation>%1, эмбеддинги общие</translation>
    </message>
    <message>
        <source>Context</source>
        <translation>Контекст</translation>
    </message>
    <message>
        <source>%1 tokens</source>
        <translation>%1 токенов</translation>
    </message>
    <message>
        <source>Folder</source>
        <translation>Папка</translation>
    </message>
    <message>
        <source>Layout</source>
        <translation>Формат</translation>
    </message>
    <message>
        <source>Parameters</source>
        <translation>Параметры</translation>
    </message>
    <message>
        <source>Weights</source>
        <translation>Веса</translation>
    </message>
    <message>
        <source>File</source>
        <translation>Файл</translation>
    </message>
    <message>
        <source>Tokenizer</source>
        <translation>Токенизатор</translation>
    </message>
    <message>
        <source>No model is open.</source>
        <translation>Модель не открыта.</translation>
    </message>
    <message>
        <source>What</source>
        <translation>Действие</translation>
    </message>
    <message>
        <source>Value</source>
        <translation>Значение</translation>
    </message>
    <message>
        <source>Facts of the model</source>
        <translation>Сведения о модели</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>Модель</translation>
    </message>
    <message>
        <source>Note</source>
        <translation>Примечание</translation>
    </message>
    <message>
        <source>Unused tensor</source>
        <translation>Неиспользуемый тензор</translation>
    </message>
    <message>
        <source>Written with %1</source>
        <translation>Записано с %1</translation>
    </message>
    <message>
        <source>Tensors by type</source>
        <translation>Тензоры по типам</translation>
    </message>
</context>
<context>
    <name>headscope::ui::PairModel</name>
    <message>
        <source>The layer of the pair, from 0</source>
        <translation>Слой пары, с 0</translation>
    </message>
    <message>
        <source>Layer</source>
        <translation>Слой</translation>
    </message>
    <message>
        <source>The first head of the pair, from 0</source>
        <translation>Первая голова пары, с 0</translation>
    </message>
    <message>
        <source>Head</source>
        <translation>Голова</translation>
    </message>
    <message>
        <source>The second head of the pair, from 0</source>
        <translation>Вторая голова пары, с 0</translation>
    </message>
    <message>
        <source>How alike the two heads are, from −1 to 1</source>
        <translation>Сходство двух голов, от −1 до 1</translation>
    </message>
    <message>
        <source>Similarity</source>
        <translation>Сходство</translation>
    </message>
    <message>
        <source>The key/value heads that serve the two heads</source>
        <translation>KV-головы, которые обслуживают эти две головы</translation>
    </message>
    <message>
        <source>KV heads</source>
        <translation>KV-головы</translation>
    </message>
    <message>
        <source>The number of its group in its layer, from 1; empty where the grouping leaves the pair unmerged</source>
        <translation>Номер группы в слое, с 1; пусто, если группировка не объединяет эту пару</translation>
    </message>
    <message>
        <source>Group</source>
        <translation>Группа</translation>
    </message>
</context>
<context>
    <name>headscope::ui::PairPanel</name>
    <message>
        <source>Show only the pairs of the layer that the heatmap shows</source>
        <translation>Показывать только пары слоя с тепловой карты</translation>
    </message>
    <message>
        <source>&amp;Copy</source>
        <translation>Коп&amp;ировать</translation>
    </message>
    <message>
        <source>Copy the selected rows, or all where none is selected, as tab-separated values</source>
        <translation>Копировать выбранные строки (если не выбраны — все) как TSV</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>Копировать</translation>
    </message>
    <message>
        <source>Pairs</source>
        <translation>Пары</translation>
    </message>
    <message numerus="yes">
        <source>%1 of %Ln pair(s)</source>
        <translation>
            <numerusform>%1 из %Ln пары</numerusform>
            <numerusform>%1 из %Ln пар</numerusform>
            <numerusform>%1 из %Ln пар</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln pair(s)</source>
        <translation>
            <numerusform>%Ln пара</numerusform>
            <numerusform>%Ln пары</numerusform>
            <numerusform>%Ln пар</numerusform>
        </translation>
    </message>
    <message>
        <source>Open a model to see its pairs.</source>
        <translation>Откройте модель, чтобы увидеть её пары.</translation>
    </message>
    <message>
        <source>Layer %1 is excluded from the merge.</source>
        <translation>Слой %1 исключён из объединения.</translation>
    </message>
    <message>
        <source>Layer %1 has no pair at this threshold. Its highest similarity is %2.</source>
        <translation>В слое %1 нет пар при этом пороге. Наибольшее сходство в нём — %2.</translation>
    </message>
    <message>
        <source>All layers are excluded from the merge.</source>
        <translation>Все слои исключены из объединения.</translation>
    </message>
    <message>
        <source>No two heads of this model may be merged under the chosen rule.</source>
        <translation>По выбранному правилу ни одну пару голов этой модели нельзя объединить.</translation>
    </message>
    <message>
        <source>No pair reaches the threshold of %1. The highest similarity is %2.</source>
        <translation>Ни одна пара не достигает порога %1. Наибольшее сходство — %2.</translation>
    </message>
    <message>
        <source>Layer %1 has no threshold of its own, so nothing of it is merged.</source>
        <translation>У слоя %1 нет своего порога, и в нём ничего не объединяется.</translation>
    </message>
    <message>
        <source>Layer %1 has no pair at its threshold of %2. Its highest similarity is %3.</source>
        <translation>В слое %1 нет пар с его порогом %2. Наибольшее сходство в нём %3.</translation>
    </message>
    <message>
        <source>No pair reaches the threshold of its layer. The highest similarity is %1.</source>
        <translation>Ни одна пара не достигает порога своего слоя. Наибольшее сходство %1.</translation>
    </message>
    <message>
        <source>Focused layer only</source>
        <translation>Только выбранный слой</translation>
    </message>
</context>
<context>
    <name>headscope::ui::PairScatter</name>
    <message>
        <source>Pairs</source>
        <translation>Пары</translation>
    </message>
    <message>
        <source>Merged by the present plan</source>
        <translation>Объединяемые по текущему плану</translation>
    </message>
    <message>
        <source>The pinned pair</source>
        <translation>Закреплённая пара</translation>
    </message>
    <message>
        <source>Layer %1, heads %2 and %3: %4; %5</source>
        <translation>Слой %1, головы %2 и %3: %4; %5</translation>
    </message>
</context>
<context>
    <name>headscope::ui::PassageList</name>
    <message>
        <source>Find passages</source>
        <translation>Найти отрывки</translation>
    </message>
    <message>
        <source>Activation</source>
        <translation>Активация</translation>
    </message>
    <message>
        <source>× mean</source>
        <translation>× среднее</translation>
    </message>
    <message>
        <source>Passage</source>
        <translation>Отрывок</translation>
    </message>
    <message>
        <source>The norm of what the head writes, over the norm of the residual stream that it writes to, at the token in bold</source>
        <translation>Норма того, что пишет голова, делённая на норму остаточного потока, в который она пишет, на токене, выделенном жирным</translation>
    </message>
    <message>
        <source>The same over the head&apos;s mean over the whole text</source>
        <translation>То же, делённое на среднее головы по всему тексту</translation>
    </message>
    <message>
        <source>Passages that activate the head most</source>
        <translation>Отрывки, которые сильнее всего активируют голову</translation>
    </message>
    <message>
        <source>&amp;Copy table</source>
        <translation>&amp;Копировать таблицу</translation>
    </message>
    <message>
        <source>The model reads the calibration text.</source>
        <translation>Модель читает калибровочный текст.</translation>
    </message>
    <message>
        <source>The model has to read the calibration text once. It then keeps the passages that activate each head most.</source>
        <translation>Модель должна один раз прочитать калибровочный текст; для каждой головы останутся отрывки, которые активируют её сильнее всего.</translation>
    </message>
    <message>
        <source>Layer %1, head %2; mean activation %3. Click a passage to read it.</source>
        <translation>Слой %1, голова %2; средняя активация %3. Щёлкните по отрывку, чтобы прочитать его.</translation>
    </message>
    <message>
        <source>Sequence %1, tokens %2 to %3, most at %4:
%5</source>
        <translation>Последовательность %1, токены с %2 по %3, сильнее всего на %4:
%5</translation>
    </message>
</context>
<context>
    <name>headscope::ui::PlanPanel</name>
    <message>
        <source>Heads merged in each layer</source>
        <translation>Объединено голов по слоям</translation>
    </message>
    <message>
        <source>Copy summary</source>
        <translation>Копировать сводку</translation>
    </message>
    <message>
        <source>Merge plan</source>
        <translation>План объединения</translation>
    </message>
</context>
<context>
    <name>headscope::ui::PlanText</name>
    <message>
        <source>per layer</source>
        <comment>in the place of a threshold</comment>
        <translation>по слоям</translation>
    </message>
</context>
<context>
    <name>headscope::ui::ProgressText</name>
    <message>
        <source>Tokenizing the text</source>
        <translation>Токенизация текста</translation>
    </message>
    <message>
        <source>Tokenizing the text, %1 of %2</source>
        <translation>Токенизация текста, %1 из %2</translation>
    </message>
    <message>
        <source>Comparing heads</source>
        <translation>Сравнение голов</translation>
    </message>
    <message>
        <source>Comparing heads, %1 of %2 layers</source>
        <translation>Сравнение голов, слоёв: %1 из %2</translation>
    </message>
    <message>
        <source>Loading weights</source>
        <translation>Загрузка весов</translation>
    </message>
    <message>
        <source>Loading weights, %1 of %2 layers</source>
        <translation>Загрузка весов, слоёв: %1 из %2</translation>
    </message>
    <message>
        <source>Evaluating</source>
        <translation>Измерение</translation>
    </message>
    <message>
        <source>Evaluating, %1 of %2 windows</source>
        <translation>Измерение, окон: %1 из %2</translation>
    </message>
    <message>
        <source>Collecting activations</source>
        <translation>Сбор активаций</translation>
    </message>
    <message>
        <source>Collecting activations, %1 of %2 layer passes</source>
        <translation>Сбор активаций: проходы слоёв, %1 из %2</translation>
    </message>
    <message>
        <source>Trying each layer alone</source>
        <translation>Проба слоёв по одному</translation>
    </message>
    <message>
        <source>Trying each layer alone, %1 of %2 layer passes</source>
        <translation>Проба слоёв по одному, проходов слоя: %1 из %2</translation>
    </message>
    <message>
        <source>Merging each pair alone</source>
        <translation>Объединение пар по одной</translation>
    </message>
    <message>
        <source>Merging each pair alone, %1 of %2 layer passes</source>
        <translation>Объединение пар по одной, проходов слоя: %1 из %2</translation>
    </message>
    <message>
        <source>Adding to the plan</source>
        <translation>Добавление в план</translation>
    </message>
    <message>
        <source>Adding to the plan, step %1</source>
        <translation>Добавление в план, шаг %1</translation>
    </message>
    <message>
        <source>Measuring the plan on all windows</source>
        <translation>Измерение плана на всех окнах</translation>
    </message>
    <message>
        <source>Measuring the plan on all windows, %1 of %2 layer passes</source>
        <translation>Измерение плана на всех окнах, проходов слоя: %1 из %2</translation>
    </message>
    <message>
        <source>Comparing merged heads</source>
        <translation>Сравнение объединённых голов</translation>
    </message>
    <message>
        <source>Comparing merged heads, %1 of %2 layers</source>
        <translation>Сравнение объединённых голов, %1 из %2 слоёв</translation>
    </message>
    <message>
        <source>Saving the merged model</source>
        <translation>Сохранение объединённой модели</translation>
    </message>
    <message>
        <source>Saving the merged model, %1 of %2 MB</source>
        <translation>Сохранение объединённой модели, %1 из %2 МБ</translation>
    </message>
    <message>
        <source>Reading results</source>
        <translation>Чтение результатов</translation>
    </message>
    <message>
        <source>Reading results, %1 of %2 files</source>
        <translation>Чтение результатов, %1 из %2 файлов</translation>
    </message>
    <message>
        <source>Drawing the report</source>
        <translation>Отрисовка отчёта</translation>
    </message>
    <message>
        <source>Drawing the report, %1 of %2 charts</source>
        <translation>Отрисовка отчёта, %1 из %2 графиков</translation>
    </message>
    <message>
        <source>Reading the attention</source>
        <translation>Чтение внимания</translation>
    </message>
    <message>
        <source>Reading the attention, %1 of %2 layers</source>
        <translation>Чтение внимания, %1 из %2 слоёв</translation>
    </message>
    <message>
        <source>Evaluating a model that does not fit, %1 of %2 layer passes</source>
        <translation>Оценка модели, которой не хватает памяти: проходы слоёв, %1 из %2</translation>
    </message>
    <message>
        <source>Refitting output weights</source>
        <translation>Подгонка выходных весов</translation>
    </message>
    <message>
        <source>Refitting output weights, %1 of %2 layer passes</source>
        <translation>Подгонка выходных весов, %1 из %2 проходов слоёв</translation>
    </message>
    <message>
        <source>Training the refitted weights</source>
        <translation>Дообучение подогнанных весов</translation>
    </message>
    <message>
        <source>Training the refitted weights, %1 of %2 steps</source>
        <translation>Дообучение подогнанных весов, %1 из %2 шагов</translation>
    </message>
    <message>
        <source>Measuring damage</source>
        <translation>Измерение ущерба</translation>
    </message>
    <message>
        <source>Measuring damage, %1 of %2 candidates</source>
        <translation>Измерение ущерба, %1 из %2 кандидатов</translation>
    </message>
</context>
<context>
    <name>headscope::ui::ReportDialog</name>
    <message>
        <source>Export report</source>
        <translation>Экспорт отчёта</translation>
    </message>
    <message numerus="yes">
        <source>One HTML file with the settings, tables and charts of %n run(s). It opens in any browser, without a network, and prints well.</source>
        <translation>
            <numerusform>Один файл HTML с настройками, таблицами и графиками %n прогона. Он открывается в любом браузере без сети и хорошо печатается.</numerusform>
            <numerusform>Один файл HTML с настройками, таблицами и графиками %n прогонов. Он открывается в любом браузере без сети и хорошо печатается.</numerusform>
            <numerusform>Один файл HTML с настройками, таблицами и графиками %n прогонов. Он открывается в любом браузере без сети и хорошо печатается.</numerusform>
        </translation>
    </message>
    <message>
        <source>&amp;Heatmaps of these layers, such as 0,3,8-15:</source>
        <translation>&amp;Тепловые карты этих слоёв, например 0,3,8-15:</translation>
    </message>
    <message>
        <source>At first those with the most alike heads; none where it is empty</source>
        <translation>Сначала слои с самыми похожими головами; если пусто, карт не будет</translation>
    </message>
    <message>
        <source>&amp;Save...</source>
        <translation>&amp;Сохранить...</translation>
    </message>
    <message numerus="yes">
        <source>These runs do not all compare; the report has %n section(s).</source>
        <translation>
            <numerusform>Не все эти прогоны сравнимы; в отчёте %n раздел.</numerusform>
            <numerusform>Не все эти прогоны сравнимы; в отчёте %n раздела.</numerusform>
            <numerusform>Не все эти прогоны сравнимы; в отчёте %n разделов.</numerusform>
        </translation>
    </message>
    <message>
        <source>These runs have no layer %1.</source>
        <translation>В этих прогонах нет слоя %1.</translation>
    </message>
    <message>
        <source>Give numbers and ranges of layers, such as 0,3,8-15.</source>
        <translation>Укажите номера и диапазоны слоёв, например 0,3,8-15.</translation>
    </message>
</context>
<context>
    <name>headscope::ui::RuleChoices</name>
    <message>
        <source>Components</source>
        <translation>Связные компоненты</translation>
    </message>
    <message>
        <source>Heads that pairs connect, directly or through others, become one group and end identical.</source>
        <translation>Головы, связанные парами напрямую или через другие головы, образуют одну группу и становятся одинаковыми.</translation>
    </message>
    <message>
        <source>Complete linkage</source>
        <translation>Полная связь</translation>
    </message>
    <message>
        <source>Every two heads of a group are a pair, so no group holds heads that are unlike each other.</source>
        <translation>Любые две головы группы образуют пару, поэтому несходных голов в группе нет.</translation>
    </message>
    <message>
        <source>Matching</source>
        <translation>Паросочетание</translation>
    </message>
    <message>
        <source>Groups of two: the closest pairs first, and each head at most once.</source>
        <translation>Группы по две головы: сначала ближайшие пары, каждая голова не больше одного раза.</translation>
    </message>
    <message>
        <source>Sequential</source>
        <translation>Последовательно</translation>
    </message>
    <message>
        <source>Averages one pair after the other, the closest first, as the original script did. Heads of overlapping pairs need not end identical.</source>
        <translation>Усредняет пары одну за другой, начиная с ближайшей, как исходный скрипт. Головы пересекающихся пар не обязательно становятся одинаковыми.</translation>
    </message>
    <message>
        <source>Average</source>
        <translation>Усреднить</translation>
    </message>
    <message>
        <source>The key/value heads that serve a group are averaged too. Other heads that share them change as a side effect.</source>
        <translation>KV-головы, которые обслуживают группу, тоже усредняются. Остальные их головы меняются из-за побочного влияния.</translation>
    </message>
    <message>
        <source>Keep</source>
        <translation>Не менять</translation>
    </message>
    <message>
        <source>Keys and values stay as they are; only queries and outputs are averaged.</source>
        <translation>Ключи и значения не меняются; усредняются только запросы и выходы.</translation>
    </message>
    <message>
        <source>Within a KV head</source>
        <translation>Внутри KV-головы</translation>
    </message>
    <message>
        <source>Only heads that share a key/value head are merged; keys and values stay as they are.</source>
        <translation>Объединяются только головы с общей KV-головой; ключи и значения не меняются.</translation>
    </message>
    <message>
        <source>&amp;Grouping:</source>
        <translation>Гр&amp;уппировка:</translation>
    </message>
    <message>
        <source>How pairs become groups</source>
        <translation>Как пары собираются в группы</translation>
    </message>
    <message>
        <source>What happens to the keys and values behind merged heads</source>
        <translation>Что происходит с ключами и значениями объединённых голов</translation>
    </message>
    <message>
        <source>Change grouping</source>
        <translation>изменение группировки</translation>
    </message>
    <message>
        <source>Change keys and values</source>
        <translation>изменение правила KV</translation>
    </message>
    <message>
        <source>By weights</source>
        <translation>По весам</translation>
    </message>
    <message>
        <source>Turns heads into one basis before they are averaged, so that their weights agree best. By itself this changes nothing the model computes. Heads that share a key/value head already have one basis.</source>
        <translation>Перед усреднением переводит головы в общий базис, в котором их веса согласуются лучше всего. Само по себе это не меняет того, что вычисляет модель. У голов с общей KV-головой базис уже общий.</translation>
    </message>
    <message>
        <source>None</source>
        <translation>Нет</translation>
    </message>
    <message>
        <source>Averages heads in the bases they have.</source>
        <translation>Усредняет головы в тех базисах, какие у них есть.</translation>
    </message>
    <message>
        <source>By activations</source>
        <translation>По активациям</translation>
    </message>
    <message>
        <source>Turns heads into one basis before they are averaged, so that what they attend to over the calibration text agrees best. The model runs once.</source>
        <translation>Перед усреднением переводит головы в общий базис, в котором лучше всего согласуется то, что они извлекают из текста калибровки. Модель запускается один раз.</translation>
    </message>
    <message>
        <source>By output norm</source>
        <translation>По норме выхода</translation>
    </message>
    <message>
        <source>A head counts in the mean by the norm of its output and value weights multiplied together.</source>
        <translation>Вклад головы в среднее — норма произведения её весов выхода и значений.</translation>
    </message>
    <message>
        <source>By usage</source>
        <translation>По вкладу</translation>
    </message>
    <message>
        <source>A head counts in the mean by how much it adds to the residual stream over the calibration text. The model runs once.</source>
        <translation>Вес головы в среднем — то, сколько она добавляет в остаточный поток на тексте калибровки. Модель запускается один раз.</translation>
    </message>
    <message>
        <source>The plain mean.</source>
        <translation>Обычное среднее.</translation>
    </message>
    <message>
        <source>Restore &amp;norms</source>
        <translation>Восстанавливать &amp;нормы</translation>
    </message>
    <message>
        <source>Scales each mean to the mean norm of the weights that it replaces. The less these agree, the more their mean shrinks.</source>
        <translation>Приводит каждое среднее к средней норме весов, которые оно заменяет. Чем хуже они согласуются, тем меньше норма среднего.</translation>
    </message>
    <message>
        <source>&amp;Alignment:</source>
        <translation>Выр&amp;авнивание:</translation>
    </message>
    <message>
        <source>Whether heads are turned into one basis before they are averaged</source>
        <translation>Переводятся ли головы в общий базис перед усреднением</translation>
    </message>
    <message>
        <source>Mean &amp;weights:</source>
        <translation>&amp;Веса среднего:</translation>
    </message>
    <message>
        <source>How much each head counts in a mean</source>
        <translation>С каким весом каждая голова входит в среднее</translation>
    </message>
    <message>
        <source>Change alignment</source>
        <translation>изменение выравнивания</translation>
    </message>
    <message>
        <source>Change mean weights</source>
        <translation>изменение весов среднего</translation>
    </message>
    <message>
        <source>Change norms</source>
        <translation>изменение восстановления норм</translation>
    </message>
    <message>
        <source>Uniform</source>
        <translation>Равные</translation>
    </message>
    <message>
        <source>Ke&amp;ys and values:</source>
        <translation>К&amp;лючи и значения:</translation>
    </message>
    <message>
        <source>Of the stronger head</source>
        <translation>Более сильной головы</translation>
    </message>
    <message>
        <source>Merged heads keep the query of the one that writes most over the calibration text. The model runs once.</source>
        <translation>Слитые головы сохраняют запрос той, которая больше всего пишет на калибровочном тексте. Модель выполняется один раз.</translation>
    </message>
    <message>
        <source>Mean</source>
        <translation>Среднее</translation>
    </message>
    <message>
        <source>Merged heads get the mean of their queries.</source>
        <translation>Слитые головы получают среднее своих запросов.</translation>
    </message>
    <message>
        <source>Output weights</source>
        <translation>Выходные веса</translation>
    </message>
    <message>
        <source>Output weights and MLP</source>
        <translation>Выходные веса и MLP</translation>
    </message>
    <message>
        <source>That, and the output weights of the layers&apos; MLP right after. Costs about four times as much.</source>
        <translation>То же, и сразу вслед — выходные веса MLP этих слоёв. Стоит примерно вчетверо больше.</translation>
    </message>
    <message>
        <source>Fits the output weights of changed layers to what the original writes over the calibration text, in closed form, before a run or a saved model. Live estimates leave it out.</source>
        <translation>Подгоняет выходные веса изменённых слоёв к тому, что пишет исходная модель на калибровочном тексте, в замкнутой форме, перед запуском или сохранением модели. Мгновенная оценка этого не делает.</translation>
    </message>
    <message>
        <source>Leaves the weights as merging makes them.</source>
        <translation>Оставляет веса такими, какими их делает слияние.</translation>
    </message>
    <message>
        <source>Layer output</source>
        <translation>Выход слоя</translation>
    </message>
    <message>
        <source>What the original&apos;s attention writes in the layer.</source>
        <translation>То, что пишет внимание исходной модели в этом слое.</translation>
    </message>
    <message>
        <source>Residual stream</source>
        <translation>Остаточный поток</translation>
    </message>
    <message>
        <source>That, and what the residual stream lacks by then.</source>
        <translation>То же и то, чего к этому месту не хватает остаточному потоку.</translation>
    </message>
    <message>
        <source>Better of both</source>
        <translation>Лучшая из двух</translation>
    </message>
    <message>
        <source>Fits both and takes the one with the lower loss on calibration text that was held out.</source>
        <translation>Подгоняет обе и берёт ту, у которой меньше потери на отложенной части калибровочного текста.</translation>
    </message>
    <message>
        <source>Forget heads chosen by hand</source>
        <translation>Забыть выбранные вручную головы</translation>
    </message>
    <message>
        <source>Forget</source>
        <translation>Забыть</translation>
    </message>
    <message>
        <source>Leaves only what the threshold selects.</source>
        <translation>Оставляет только то, что выбирает порог.</translation>
    </message>
    <message>
        <source>Merged &amp;query:</source>
        <translation>&amp;Запрос слитых:</translation>
    </message>
    <message>
        <source>The query of merged heads</source>
        <translation>Запрос слитых голов</translation>
    </message>
    <message>
        <source>Refit:</source>
        <translation>Подгонка:</translation>
    </message>
    <message>
        <source>What is fitted again after merging and removing</source>
        <translation>Что подгоняется заново после слияния и удаления</translation>
    </message>
    <message>
        <source>Refit target:</source>
        <translation>Цель подгонки:</translation>
    </message>
    <message>
        <source>What a refitted layer is to write</source>
        <translation>Что должен писать подогнанный слой</translation>
    </message>
    <message>
        <source>By hand:</source>
        <translation>Вручную:</translation>
    </message>
    <message>
        <source>Heads chosen one by one, in the context menu of the map</source>
        <translation>Головы, выбранные по одной в контекстном меню карты</translation>
    </message>
    <message numerus="yes">
        <source>%Ln head(s) removed</source>
        <translation>
            <numerusform>%Ln голова удалена</numerusform>
            <numerusform>%Ln головы удалены</numerusform>
            <numerusform>%Ln голов удалено</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln merged</source>
        <translation>
            <numerusform>%Ln слита</numerusform>
            <numerusform>%Ln слиты</numerusform>
            <numerusform>%Ln слито</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln excluded</source>
        <translation>
            <numerusform>%Ln исключена</numerusform>
            <numerusform>%Ln исключены</numerusform>
            <numerusform>%Ln исключено</numerusform>
        </translation>
    </message>
    <message>
        <source>No heads</source>
        <translation>Нет голов</translation>
    </message>
    <message>
        <source>Change merged query</source>
        <translation>Изменение запроса слитых</translation>
    </message>
    <message>
        <source>Change refit</source>
        <translation>Изменение подгонки</translation>
    </message>
    <message>
        <source>Change refit target</source>
        <translation>Изменение цели подгонки</translation>
    </message>
    <message>
        <source>All behind</source>
        <translation>Все дальнейшие</translation>
    </message>
    <message>
        <source>The first changed layer and all behind it, which can make up for what is left.</source>
        <translation>Первый изменённый слой и все за ним: они могут восполнить оставшееся.</translation>
    </message>
    <message>
        <source>Changed</source>
        <translation>Изменённые</translation>
    </message>
    <message>
        <source>Layers that the plan changes.</source>
        <translation>Слои, которые меняет план.</translation>
    </message>
    <message>
        <source>Refitted layers:</source>
        <translation>Подгоняемые слои:</translation>
    </message>
    <message>
        <source>Which layers are refitted</source>
        <translation>Какие слои подгоняются</translation>
    </message>
    <message>
        <source>Change refitted layers</source>
        <translation>Изменение подгоняемых слоёв</translation>
    </message>
    <message>
        <source>Training steps:</source>
        <translation>Шаги дообучения:</translation>
    </message>
    <message>
        <source>Trains the fitted weights further, to predict what the original predicts on the calibration text. Takes about five times as long as an evaluation of the same text; ends early where held-out text gains nothing.</source>
        <translation>Дообучает подогнанные веса предсказывать то же, что исходная модель на калибровочном тексте. Занимает примерно в пять раз больше времени, чем оценка того же текста; заканчивается раньше, если на отложенном тексте улучшений нет.</translation>
    </message>
    <message>
        <source>None</source>
        <translation>Нет</translation>
    </message>
    <message>
        <source>Change training steps</source>
        <translation>Изменение шагов дообучения</translation>
    </message>
</context>
<context>
    <name>headscope::ui::RunActions</name>
    <message>
        <source>&amp;Run</source>
        <translation>&amp;Запустить</translation>
    </message>
    <message>
        <source>Measures perplexity and accuracy of the present plan</source>
        <translation>Измерить перплексию и точность для текущего плана</translation>
    </message>
    <message>
        <source>S&amp;weep...</source>
        <translation>С&amp;ерия...</translation>
    </message>
    <message>
        <source>Runs the present choices at several thresholds together</source>
        <translation>Запустить текущий выбор сразу при нескольких порогах</translation>
    </message>
    <message>
        <source>&amp;Cancel</source>
        <translation>&amp;Прервать</translation>
    </message>
    <message>
        <source>Ends the selected runs that wait or work, or the running one</source>
        <translation>Прервать выбранные прогоны, которые ждут или идут, либо текущий</translation>
    </message>
    <message>
        <source>Co&amp;mpare</source>
        <translation>С&amp;равнить</translation>
    </message>
    <message>
        <source>Shows the selected finished runs side by side</source>
        <translation>Показать выбранные завершённые прогоны рядом</translation>
    </message>
    <message>
        <source>Se&amp;ttings...</source>
        <translation>&amp;Настройки...</translation>
    </message>
    <message>
        <source>Protocol, window, corpus, device and dtype of new runs</source>
        <translation>Протокол, окно, корпус, устройство и тип чисел (dtype) для новых прогонов</translation>
    </message>
    <message>
        <source>R&amp;estore choices</source>
        <translation>&amp;Восстановить выбор</translation>
    </message>
    <message>
        <source>&amp;Save results...</source>
        <translation>&amp;Сохранить результаты...</translation>
    </message>
    <message>
        <source>Writes the selected finished runs as results files</source>
        <translation>Записать выбранные завершённые прогоны в файлы результатов</translation>
    </message>
    <message>
        <source>Remo&amp;ve</source>
        <translation>&amp;Убрать</translation>
    </message>
    <message>
        <source>Takes the selected runs off the table; files stay</source>
        <translation>Убрать выбранные прогоны из таблицы; файлы останутся</translation>
    </message>
    <message>
        <source>&amp;Open results...</source>
        <translation>&amp;Открыть результаты...</translation>
    </message>
    <message>
        <source>Adds runs from results files</source>
        <translation>Добавить прогоны из файлов результатов</translation>
    </message>
    <message>
        <source>Co&amp;py</source>
        <translation>&amp;Копировать</translation>
    </message>
    <message>
        <source>Copies the selected runs, or all, as tab-separated text</source>
        <translation>Копировать выбранные прогоны или все как текст с табуляцией</translation>
    </message>
    <message>
        <source>Takes threshold, layers, grouping, KV policy and the settings of evaluations from the selected run</source>
        <translation>Взять порог, слои, группировку, правило KV и настройки измерений из выбранного прогона</translation>
    </message>
</context>
<context>
    <name>headscope::ui::RunCurves</name>
    <message>
        <source>&amp;Show:</source>
        <translation>П&amp;оказать:</translation>
    </message>
    <message>
        <source>By windows</source>
        <translation>По окнам</translation>
    </message>
    <message>
        <source>How the figures of the selected runs settle as windows are scored</source>
        <translation>Как показатели выбранных прогонов сходятся по мере обработки окон</translation>
    </message>
    <message>
        <source>By threshold</source>
        <translation>По порогу</translation>
    </message>
    <message>
        <source>Training</source>
        <translation>Дообучение</translation>
    </message>
    <message>
        <source>How close refitted weights come to the original while they are trained; the open mark is what was taken</source>
        <translation>Насколько подогнанные веса приближаются к исходной модели при дообучении; пустой кружок — то, что взято</translation>
    </message>
    <message>
        <source>KL divergence against steps of training</source>
        <translation>Расхождение KL по шагам дообучения</translation>
    </message>
    <message>
        <source>Change of perplexity</source>
        <translation>Изменение перплексии</translation>
    </message>
    <message>
        <source>Perplexity</source>
        <translation>Перплексия</translation>
    </message>
    <message>
        <source>Change against the original</source>
        <translation>Относительно исходной</translation>
    </message>
    <message>
        <source>Absolute figures</source>
        <translation>Абсолютные значения</translation>
    </message>
    <message>
        <source>Bands and bars are 95&#xa0;% intervals. Drag to move, turn the wheel to zoom, double-click to show everything.</source>
        <translation>Полосы и планки — доверительные интервалы 95&#xa0;%. Перетаскивание сдвигает, колесо меняет масштаб, двойной щелчок показывает всё.</translation>
    </message>
    <message>
        <source>Perplexity against windows done</source>
        <translation>Перплексия в зависимости от числа обработанных окон</translation>
    </message>
    <message>
        <source>Perplexity and accuracy against threshold</source>
        <translation>Перплексия и точность в зависимости от порога</translation>
    </message>
    <message>
        <source>Curves of runs appear here while they are evaluated.</source>
        <translation>Здесь появятся кривые прогонов по ходу измерения.</translation>
    </message>
    <message>
        <source>What merging costs at each threshold, for finished and running runs</source>
        <translation>Цена объединения при каждом пороге, по завершённым и идущим прогонам</translation>
    </message>
    <message>
        <source>Runs appear here, ordered by threshold.</source>
        <translation>Здесь появятся прогоны по порядку порогов.</translation>
    </message>
    <message>
        <source>No windows are done yet.</source>
        <translation>Ни одно окно ещё не обработано.</translation>
    </message>
    <message>
        <source>These runs have no curves: files do not hold them, and a run that ended early may have none.</source>
        <translation>У этих прогонов нет кривых: в файлах их не бывает, а прерванный прогон мог их не успеть начать.</translation>
    </message>
    <message>
        <source>Curves</source>
        <translation>Кривые</translation>
    </message>
</context>
<context>
    <name>headscope::ui::RunFacts</name>
    <message>
        <source>window %1</source>
        <translation>окно %1</translation>
    </message>
    <message>
        <source>%1 windows</source>
        <translation>окон: %1</translation>
    </message>
    <message>
        <source>layers %1</source>
        <translation>слои %1</translation>
    </message>
    <message>
        <source>without heads %1</source>
        <translation>без голов %1</translation>
    </message>
    <message>
        <source>removed %1</source>
        <translation>удалены %1</translation>
    </message>
    <message>
        <source>merged %1</source>
        <translation>слиты %1</translation>
    </message>
    <message>
        <source>refit %1</source>
        <translation>подгонка %1</translation>
    </message>
</context>
<context>
    <name>headscope::ui::RunModel</name>
    <message>
        <source>Whether the run waits, works or is done</source>
        <translation>Ждёт прогон, идёт или закончен</translation>
    </message>
    <message>
        <source>State</source>
        <translation>Состояние</translation>
    </message>
    <message>
        <source>The similarity from which on two heads are a pair</source>
        <translation>Сходство, начиная с которого две головы образуют пару</translation>
    </message>
    <message>
        <source>Threshold</source>
        <translation>Порог</translation>
    </message>
    <message>
        <source>Pairs of heads that the plan selects</source>
        <translation>Пары голов, отобранные планом</translation>
    </message>
    <message>
        <source>Pairs</source>
        <translation>Пары</translation>
    </message>
    <message>
        <source>Windows of text that are scored</source>
        <translation>Обработанные окна текста</translation>
    </message>
    <message>
        <source>Progress</source>
        <translation>Прогресс</translation>
    </message>
    <message>
        <source>Windows scored in a second</source>
        <translation>Обработано окон за секунду</translation>
    </message>
    <message>
        <source>Windows/s</source>
        <translation>Окон/с</translation>
    </message>
    <message>
        <source>Estimated time to the end</source>
        <translation>Ожидаемое время до конца</translation>
    </message>
    <message>
        <source>Remaining</source>
        <translation>Осталось</translation>
    </message>
    <message>
        <source>Perplexity of the merged model with its 95&#xa0;% interval; italic while only some of the windows are scored</source>
        <translation>Перплексия после объединения с доверительным интервалом 95&#xa0;%; курсивом — пока обработаны не все окна</translation>
    </message>
    <message>
        <source>Perplexity</source>
        <translation>Перплексия</translation>
    </message>
    <message>
        <source>Perplexity against the original on the same windows, with the 95&#xa0;% interval of the paired difference</source>
        <translation>Перплексия относительно исходной модели на тех же окнах с доверительным интервалом 95&#xa0;% для парной разности</translation>
    </message>
    <message>
        <source>Perplexity change</source>
        <translation>Изменение перплексии</translation>
    </message>
    <message>
        <source>Share of tokens that the merged model predicts exactly</source>
        <translation>Доля токенов, которые модель после объединения предсказывает точно</translation>
    </message>
    <message>
        <source>Accuracy</source>
        <translation>Точность</translation>
    </message>
    <message>
        <source>Accuracy against the original in percentage points, with its paired 95&#xa0;% interval</source>
        <translation>Точность относительно исходной модели в процентных пунктах с парным доверительным интервалом 95&#xa0;%</translation>
    </message>
    <message>
        <source>Accuracy change</source>
        <translation>Изменение точности</translation>
    </message>
    <message>
        <source>Protocol, window, dtype, device, grouping, KV policy and layers</source>
        <translation>Протокол, окно, тип чисел (dtype), устройство, группировка, правило KV и слои</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>Настройки</translation>
    </message>
    <message>
        <source>Time of the evaluation, which runs evaluated together share</source>
        <translation>Время измерения, общее для прогонов, измеренных вместе</translation>
    </message>
    <message>
        <source>Duration</source>
        <translation>Длительность</translation>
    </message>
    <message>
        <source>The checkpoint that was evaluated</source>
        <translation>Чекпоинт, на котором шло измерение</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>Модель</translation>
    </message>
    <message>
        <source>What the heads were compared by</source>
        <translation>Чем сравнивались головы</translation>
    </message>
    <message>
        <source>Measure</source>
        <translation>Мера</translation>
    </message>
    <message>
        <source>Heads that the plan merges or removes</source>
        <translation>Головы, которые план сливает или удаляет</translation>
    </message>
    <message>
        <source>Heads</source>
        <translation>Головы</translation>
    </message>
    <message>
        <source>Mean KL divergence of the predictions from the original&apos;s, nats a token; 0 where both predict the same. With its 95&#xa0;% interval</source>
        <translation>Среднее расхождение КЛ предсказаний от исходных, нат на токен; 0, где предсказания одинаковы. С интервалом 95&#xa0;%</translation>
    </message>
    <message>
        <source>KL divergence</source>
        <translation>Расхождение КЛ</translation>
    </message>
    <message>
        <source>Share of tokens whose most likely next token is the original&apos;s</source>
        <translation>Доля токенов, после которых самый вероятный токен тот же, что у исходной модели</translation>
    </message>
    <message>
        <source>Same top token</source>
        <translation>Тот же первый токен</translation>
    </message>
</context>
<context>
    <name>headscope::ui::RunPanel</name>
    <message>
        <source>No runs yet. Choose a threshold and press Run.</source>
        <translation>Прогонов пока нет. Выберите порог и нажмите «Запустить».</translation>
    </message>
    <message>
        <source>More</source>
        <translation>Ещё</translation>
    </message>
    <message>
        <source>More to do with runs</source>
        <translation>Другие действия с прогонами</translation>
    </message>
    <message>
        <source>Runs</source>
        <translation>Прогоны</translation>
    </message>
</context>
<context>
    <name>headscope::ui::RunText</name>
    <message>
        <source>Perplexity, original</source>
        <translation>Перплексия исходной модели</translation>
    </message>
    <message>
        <source>Perplexity, merged</source>
        <translation>Перплексия после объединения</translation>
    </message>
    <message>
        <source>Change of perplexity</source>
        <translation>Изменение перплексии</translation>
    </message>
    <message>
        <source>Accuracy, original</source>
        <translation>Точность исходной модели</translation>
    </message>
    <message>
        <source>Accuracy, merged</source>
        <translation>Точность после объединения</translation>
    </message>
    <message>
        <source>Windows behind these figures</source>
        <translation>Учтено окон</translation>
    </message>
    <message>
        <source>Change of accuracy, points</source>
        <translation>Изменение точности, п.&#xa0;п.</translation>
    </message>
    <message>
        <source>Measure</source>
        <translation>Мера</translation>
    </message>
    <message>
        <source>Grouping</source>
        <translation>Группировка</translation>
    </message>
    <message>
        <source>KV policy</source>
        <translation>Правило KV</translation>
    </message>
    <message>
        <source>Layers</source>
        <translation>Слои</translation>
    </message>
    <message>
        <source>Protocol</source>
        <translation>Протокол</translation>
    </message>
    <message>
        <source>Window, tokens</source>
        <translation>Окно, токенов</translation>
    </message>
    <message>
        <source>Windows</source>
        <translation>Окна</translation>
    </message>
    <message>
        <source>BOS</source>
        <translation>BOS</translation>
    </message>
    <message>
        <source>Corpus</source>
        <translation>Корпус</translation>
    </message>
    <message>
        <source>Tokens in the corpus</source>
        <translation>Токенов в корпусе</translation>
    </message>
    <message>
        <source>Dtype</source>
        <translation>Тип чисел (dtype)</translation>
    </message>
    <message>
        <source>Device</source>
        <translation>Устройство</translation>
    </message>
    <message>
        <source>Duration</source>
        <translation>Длительность</translation>
    </message>
    <message>
        <source>Variants evaluated together</source>
        <translation>Вариантов измерено вместе</translation>
    </message>
    <message>
        <source>Started, UTC</source>
        <translation>Начало, UTC</translation>
    </message>
    <message>
        <source>Headscope</source>
        <translation>Headscope</translation>
    </message>
    <message>
        <source>Queued</source>
        <translation>В очереди</translation>
    </message>
    <message>
        <source>Running</source>
        <translation>Идёт</translation>
    </message>
    <message>
        <source>Finished</source>
        <translation>Завершён</translation>
    </message>
    <message>
        <source>Cancelled</source>
        <translation>Прерван</translation>
    </message>
    <message>
        <source>Failed</source>
        <translation>Ошибка</translation>
    </message>
    <message>
        <source>%1, %2&#xa0;%</source>
        <comment>a stage such as Loading, and its share</comment>
        <translation>%1, %2&#xa0;%</translation>
    </message>
    <message>
        <source>Running, %1&#xa0;%</source>
        <translation>Идёт, %1&#xa0;%</translation>
    </message>
    <message>
        <source>%1 windows</source>
        <translation>Окна: %1</translation>
    </message>
    <message>
        <source>%1 / %2 windows</source>
        <translation>Окна: %1 / %2</translation>
    </message>
    <message>
        <source>%1 / %2 layers</source>
        <translation>Слои: %1 / %2</translation>
    </message>
    <message numerus="yes">
        <source>%n layer(s)</source>
        <translation>
            <numerusform>%n слой</numerusform>
            <numerusform>%n слоя</numerusform>
            <numerusform>%n слоёв</numerusform>
        </translation>
    </message>
    <message>
        <source>Threshold %1</source>
        <translation>Порог %1</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>Модель</translation>
    </message>
    <message>
        <source>Path of the model</source>
        <translation>Путь к модели</translation>
    </message>
    <message>
        <source>Pairs</source>
        <translation>Пары</translation>
    </message>
    <message>
        <source>Groups</source>
        <translation>Группы</translation>
    </message>
    <message>
        <source>Merged heads</source>
        <translation>Объединённые головы</translation>
    </message>
    <message>
        <source>Heads with side effects</source>
        <translation>Головы под побочным влиянием</translation>
    </message>
    <message>
        <source>File</source>
        <translation>Файл</translation>
    </message>
    <message>
        <source>Figures compare only where protocol, window, windows, corpus and dtype are the same. Intervals are of 95&#xa0;%.</source>
        <translation>Показатели сравнимы, только если совпадают протокол, окно, число окон, корпус и тип чисел (dtype). Доверительные интервалы — 95&#xa0;%.</translation>
    </message>
    <message>
        <source>Alignment</source>
        <translation>Выравнивание</translation>
    </message>
    <message>
        <source>Mean weights</source>
        <translation>Веса среднего</translation>
    </message>
    <message>
        <source>Norms restored</source>
        <translation>Нормы восстановлены</translation>
    </message>
    <message>
        <source>yes</source>
        <translation>да</translation>
    </message>
    <message>
        <source>no</source>
        <translation>нет</translation>
    </message>
    <message>
        <source>Thresholds per layer</source>
        <translation>Пороги по слоям</translation>
    </message>
    <message>
        <source>Thresholds</source>
        <translation>Пороги</translation>
    </message>
    <message>
        <source>KL divergence, nats a token</source>
        <translation>Расхождение КЛ, нат на токен</translation>
    </message>
    <message>
        <source>Same top token</source>
        <translation>Тот же первый токен</translation>
    </message>
    <message>
        <source>Costs, in quantization</source>
        <translation>Цена в квантовании</translation>
    </message>
    <message>
        <source>as much as %1</source>
        <translation>как %1</translation>
    </message>
    <message>
        <source>less than %1</source>
        <translation>меньше, чем %1</translation>
    </message>
    <message>
        <source>more than %1</source>
        <translation>больше, чем %1</translation>
    </message>
    <message>
        <source>between %1 and %2</source>
        <translation>между %1 и %2</translation>
    </message>
</context>
<context>
    <name>headscope::ui::SaveModelDialog</name>
    <message>
        <source>The model with %1 merged in %2, at threshold %3.</source>
        <translation>Модель, в которой объединены %1 в %2, порог %3.</translation>
    </message>
    <message numerus="yes">
        <source>%Ln head(s)</source>
        <translation>
            <numerusform>%Ln голова</numerusform>
            <numerusform>%Ln головы</numerusform>
            <numerusform>%Ln голов</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln group(s)</source>
        <translation>
            <numerusform>%Ln группе</numerusform>
            <numerusform>%Ln группах</numerusform>
            <numerusform>%Ln группах</numerusform>
        </translation>
    </message>
    <message>
        <source>&amp;Remove duplicate heads</source>
        <translation>&amp;Удалить повторяющиеся головы</translation>
    </message>
    <message>
        <source>Save the merged model</source>
        <translation>Сохранение объединённой модели</translation>
    </message>
    <message>
        <source>Heads that merging made identical become one, where each KV head of a layer still serves equally many. The model computes the same with fewer weights.</source>
        <translation>Головы, ставшие одинаковыми при объединении, становятся одной, если каждая KV-голова слоя и дальше обслуживает поровну голов. Модель вычисляет то же самое с меньшим числом весов.</translation>
    </message>
    <message>
        <source>Merging made no two heads identical in Q, K and V, so there are no duplicates.</source>
        <translation>Объединение не сделало никакие две головы одинаковыми по Q, K и V, поэтому повторов нет.</translation>
    </message>
    <message>
        <source>&amp;Folder:</source>
        <translation>&amp;Папка:</translation>
    </message>
    <message>
        <source>&amp;Browse...</source>
        <translation>О&amp;бзор...</translation>
    </message>
    <message>
        <source>Hugging Face folder (transformers)</source>
        <translation>Папка Hugging Face (transformers)</translation>
    </message>
    <message>
        <source>GGUF file (llama.cpp)</source>
        <translation>Файл GGUF (llama.cpp)</translation>
    </message>
    <message>
        <source>as in the source</source>
        <translation>как в источнике</translation>
    </message>
    <message>
        <source>F&amp;ormat:</source>
        <translation>&amp;Формат:</translation>
    </message>
    <message>
        <source>&amp;Weights:</source>
        <translation>&amp;Веса:</translation>
    </message>
    <message>
        <source>Choose a folder for the merged model</source>
        <translation>Выберите папку для объединённой модели</translation>
    </message>
    <message>
        <source>Choose a folder.</source>
        <translation>Выберите папку.</translation>
    </message>
    <message>
        <source>The model takes up to %1; %2 are free there.</source>
        <translation>Модель займёт до %1; там свободно %2.</translation>
    </message>
    <message>
        <source>There is not enough room: the model takes up to %1, but only %2 are free there.</source>
        <translation>Не хватает места: модель займёт до %1, а свободно там только %2.</translation>
    </message>
    <message>
        <source>The folder holds files, which will be replaced.</source>
        <translation>В папке есть файлы, они будут заменены.</translation>
    </message>
    <message>
        <source>Replace the folder?</source>
        <translation>Заменить папку?</translation>
    </message>
    <message>
        <source>All files in %1 will be removed once the model is written.</source>
        <translation>Когда модель будет записана, все файлы в %1 будут удалены.</translation>
    </message>
    <message>
        <source>The model with %1 merged in %2, with a threshold for each layer (%3).</source>
        <translation>Модель, в которой объединены %1 в %2, с порогом для каждого слоя (%3).</translation>
    </message>
    <message numerus="yes">
        <source>The model without %Ln head(s).</source>
        <translation>
            <numerusform>Модель без %Ln головы.</numerusform>
            <numerusform>Модель без %Ln голов.</numerusform>
            <numerusform>Модель без %Ln голов.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>headscope::ui::ScatterPanel</name>
    <message>
        <source>layer</source>
        <translation>слой</translation>
    </message>
    <message>
        <source>damage</source>
        <translation>ущерб</translation>
    </message>
    <message>
        <source>focused layer</source>
        <translation>выбранного слоя</translation>
    </message>
    <message>
        <source>included layers</source>
        <translation>участвующих слоёв</translation>
    </message>
    <message>
        <source>Figure across</source>
        <translation>Величина по горизонтали</translation>
    </message>
    <message>
        <source>Figure upwards</source>
        <translation>Величина по вертикали</translation>
    </message>
    <message>
        <source>Layers</source>
        <translation>Слои</translation>
    </message>
    <message>
        <source>damage, millinats a token</source>
        <translation>ущерб, милинаты на токен</translation>
    </message>
    <message>
        <source>No model is open.</source>
        <translation>Модель не открыта.</translation>
    </message>
    <message>
        <source>No damage was measured yet; do so under Damage.</source>
        <translation>Ущерб ещё не измерен; это делается на вкладке «Ущерб».</translation>
    </message>
    <message>
        <source>Computing %1</source>
        <translation>Вычисляется %1</translation>
    </message>
    <message>
        <source>Choose the measure again to compute it.</source>
        <translation>Выберите меру ещё раз, чтобы вычислить её.</translation>
    </message>
    <message>
        <source>No pair has both figures.</source>
        <translation>Ни у одной пары нет обеих величин.</translation>
    </message>
    <message numerus="yes">
        <source>%n pair(s)</source>
        <translation>
            <numerusform>%n пара</numerusform>
            <numerusform>%n пары</numerusform>
            <numerusform>%n пар</numerusform>
        </translation>
    </message>
    <message>
        <source>%1, of which %2 are drawn</source>
        <translation>%1, из них показаны %2</translation>
    </message>
    <message>
        <source>%1; rank correlation (Spearman) %2</source>
        <translation>%1; ранговая корреляция (Спирмен) %2</translation>
    </message>
    <message>
        <source>X:</source>
        <translation>X:</translation>
    </message>
    <message>
        <source>Y:</source>
        <translation>Y:</translation>
    </message>
    <message>
        <source>Pairs of the:</source>
        <translation>Пары:</translation>
    </message>
</context>
<context>
    <name>headscope::ui::ScatterTab</name>
    <message>
        <source>pairs of heads</source>
        <translation>пары голов</translation>
    </message>
    <message>
        <source>single heads</source>
        <translation>отдельные головы</translation>
    </message>
    <message>
        <source>&amp;Points:</source>
        <translation>&amp;Точки:</translation>
    </message>
    <message>
        <source>Scatter</source>
        <translation>Рассеяние</translation>
    </message>
</context>
<context>
    <name>headscope::ui::SearchPathModel</name>
    <message>
        <source>Taken</source>
        <translation>Принят</translation>
    </message>
    <message>
        <source>Refused</source>
        <translation>Отклонён</translation>
    </message>
    <message>
        <source>Taken back</source>
        <translation>Отозван</translation>
    </message>
    <message>
        <source>The plan goes on with this layer at this threshold.</source>
        <translation>План продолжается с этим порогом этого слоя.</translation>
    </message>
    <message>
        <source>With it the plan would break the budget.</source>
        <translation>С ним план вышел бы за бюджет.</translation>
    </message>
    <message>
        <source>The plan with it broke the budget on all windows.</source>
        <translation>План с ним вышел за бюджет на всех окнах.</translation>
    </message>
    <message>
        <source>On all windows: held</source>
        <translation>На всех окнах: в бюджете</translation>
    </message>
    <message>
        <source>On all windows: too much</source>
        <translation>На всех окнах: слишком много</translation>
    </message>
    <message>
        <source>The whole plan so far: %1</source>
        <translation>Весь план к этому моменту: %1</translation>
    </message>
    <message>
        <source>What became of the step, or how the plan fared on all windows</source>
        <translation>Что стало с шагом или как план показал себя на всех окнах</translation>
    </message>
    <message>
        <source>Step</source>
        <translation>Шаг</translation>
    </message>
    <message>
        <source>The layer that the step merges further</source>
        <translation>Слой, в котором шаг объединяет больше</translation>
    </message>
    <message>
        <source>Layer</source>
        <translation>Слой</translation>
    </message>
    <message>
        <source>The layer&apos;s threshold with the step</source>
        <translation>Порог слоя после шага</translation>
    </message>
    <message>
        <source>Threshold</source>
        <translation>Порог</translation>
    </message>
    <message>
        <source>Of the whole plan</source>
        <translation>Во всём плане</translation>
    </message>
    <message>
        <source>Removable heads</source>
        <translation>Устранимо голов</translation>
    </message>
    <message>
        <source>Merged heads</source>
        <translation>Объединено голов</translation>
    </message>
    <message>
        <source>Of the whole plan against the original, with the 95&#xa0;% interval; of steps on the probe windows</source>
        <translation>Всего плана относительно исходной модели, с интервалом 95&#xa0;%; для шагов — на пробных окнах</translation>
    </message>
    <message>
        <source>Perplexity change</source>
        <translation>Изменение перплексии</translation>
    </message>
</context>
<context>
    <name>headscope::ui::SearchText</name>
    <message>
        <source>%1&#xa0;%</source>
        <translation>%1&#xa0;%</translation>
    </message>
    <message>
        <source>%1, %2; thresholds of %3 layers, %4.</source>
        <translation>%1, %2; слоёв с порогами: %3, пороги %4.</translation>
    </message>
    <message numerus="yes">
        <source>%n head(s) merged</source>
        <translation>
            <numerusform>Объединена %n голова</numerusform>
            <numerusform>Объединены %n головы</numerusform>
            <numerusform>Объединено %n голов</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n removable</source>
        <translation>
            <numerusform>из них устранима %n</numerusform>
            <numerusform>из них устранимы %n</numerusform>
            <numerusform>из них устранимы %n</numerusform>
        </translation>
    </message>
    <message>
        <source>Perplexity %1 → %2, change %3, on all %4 windows.</source>
        <translation>Перплексия %1 → %2, изменение %3, окон: %4 (все).</translation>
    </message>
    <message>
        <source>This search was finished before.</source>
        <translation>Этот поиск был завершён раньше.</translation>
    </message>
    <message numerus="yes">
        <source>It went on from an earlier start (%n score(s)).</source>
        <translation>
            <numerusform>Поиск продолжен с прежнего запуска (%n оценка).</numerusform>
            <numerusform>Поиск продолжен с прежнего запуска (%n оценки).</numerusform>
            <numerusform>Поиск продолжен с прежнего запуска (%n оценок).</numerusform>
        </translation>
    </message>
    <message>
        <source>Open a model first.</source>
        <translation>Сначала откройте модель.</translation>
    </message>
    <message>
        <source>Include at least one layer first.</source>
        <translation>Сначала включите хотя бы один слой.</translation>
    </message>
    <message>
        <source>Wait until the heads are compared by the new measure.</source>
        <translation>Дождитесь сравнения голов по новой мере.</translation>
    </message>
    <message numerus="yes">
        <source>Of %1: %n layer(s), measure %2, grouping %3, KV policy %4, as chosen now; text and device as in the settings of evaluations.</source>
        <translation>
            <numerusform>%1: %n слой, мера %2, группировка %3, правило KV %4, как выбрано сейчас; текст и устройство — из настроек измерений.</numerusform>
            <numerusform>%1: %n слоя, мера %2, группировка %3, правило KV %4, как выбрано сейчас; текст и устройство — из настроек измерений.</numerusform>
            <numerusform>%1: %n слоёв, мера %2, группировка %3, правило KV %4, как выбрано сейчас; текст и устройство — из настроек измерений.</numerusform>
        </translation>
    </message>
    <message>
        <source>No plan was found that holds %1.</source>
        <translation>План, укладывающийся в %1, не найден.</translation>
    </message>
</context>
<context>
    <name>headscope::ui::Session</name>
    <message>
        <source>Change threshold</source>
        <translation>изменение порога</translation>
    </message>
    <message>
        <source>Choose layers</source>
        <translation>выбор слоёв</translation>
    </message>
    <message>
        <source>Exclude heads</source>
        <translation>Исключение голов</translation>
    </message>
    <message>
        <source>Remove heads</source>
        <translation>Удаление голов</translation>
    </message>
    <message>
        <source>Merge heads</source>
        <translation>Слияние голов</translation>
    </message>
</context>
<context>
    <name>headscope::ui::SettingsDialog</name>
    <message>
        <source>&amp;All</source>
        <translation>&amp;Все</translation>
    </message>
    <message>
        <source>The &amp;first</source>
        <translation>&amp;Первые</translation>
    </message>
    <message>
        <source>Evaluation settings</source>
        <translation>Настройки измерений</translation>
    </message>
    <message>
        <source>Figures compare only between runs with the same protocol, window, windows, corpus and dtype. Every run keeps its settings beside its figures.</source>
        <translation>Показатели сравнимы, только если у прогонов совпадают протокол, окно, число окон, корпус и тип чисел (dtype). Каждый прогон хранит настройки вместе с показателями.</translation>
    </message>
    <message>
        <source>gptq, as papers print it</source>
        <translation>gptq, как в статьях</translation>
    </message>
    <message>
        <source>llama.cpp, as its perplexity tool does</source>
        <translation>llama.cpp, как в его утилите perplexity</translation>
    </message>
    <message>
        <source>Tokens that are scored together. With a longer window each token has more context, and perplexity falls.</source>
        <translation>Токены, которые обрабатываются вместе. Чем длиннее окно, тем больше контекста у каждого токена и тем ниже перплексия.</translation>
    </message>
    <message>
        <source>Text</source>
        <translation>Текст</translation>
    </message>
    <message>
        <source>&amp;Protocol:</source>
        <translation>П&amp;ротокол:</translation>
    </message>
    <message>
        <source>&amp;Window:</source>
        <translation>&amp;Окно:</translation>
    </message>
    <message>
        <source>Windows:</source>
        <translation>Окна:</translation>
    </message>
    <message>
        <source>&amp;Corpus:</source>
        <translation>Корпу&amp;с:</translation>
    </message>
    <message>
        <source>How many windows</source>
        <translation>Число окон</translation>
    </message>
    <message>
        <source>The first windows of the text only: sooner done, wider intervals.</source>
        <translation>Только первые окна текста: быстрее, но интервалы шире.</translation>
    </message>
    <message>
        <source>WikiText-2, test split</source>
        <translation>WikiText-2, тестовая часть</translation>
    </message>
    <message>
        <source>A text file in UTF-8. Empty: the test split of WikiText-2.</source>
        <translation>Текстовый файл в UTF-8. Пусто — тестовая часть WikiText-2.</translation>
    </message>
    <message>
        <source>&amp;Browse...</source>
        <translation>О&amp;бзор...</translation>
    </message>
    <message>
        <source>Automatic (CUDA where it works)</source>
        <translation>Автоматически (CUDA, если работает)</translation>
    </message>
    <message>
        <source>CPU</source>
        <translation>CPU</translation>
    </message>
    <message>
        <source>CUDA</source>
        <translation>CUDA</translation>
    </message>
    <message>
        <source>CUDA, all GPUs</source>
        <translation>CUDA, все GPU</translation>
    </message>
    <message>
        <source>Automatic (float32 on the CPU, else bfloat16)</source>
        <translation>Автоматически (float32 на CPU, иначе bfloat16)</translation>
    </message>
    <message>
        <source>The type of numbers in which the model computes. Merging itself is always done in float32.</source>
        <translation>Тип чисел, с которыми считает модель. Само объединение всегда выполняется в float32.</translation>
    </message>
    <message>
        <source>All cores</source>
        <translation>Все ядра</translation>
    </message>
    <message>
        <source>Threads of the CPU. They change the speed, not the figures.</source>
        <translation>Потоки CPU. Влияют на скорость, но не на показатели.</translation>
    </message>
    <message>
        <source>Computation</source>
        <translation>Вычисления</translation>
    </message>
    <message>
        <source>&amp;Device:</source>
        <translation>&amp;Устройство:</translation>
    </message>
    <message>
        <source>D&amp;type:</source>
        <translation>&amp;Тип чисел (dtype):</translation>
    </message>
    <message>
        <source>Th&amp;reads:</source>
        <translation>Пото&amp;ки:</translation>
    </message>
    <message>
        <source>One BOS in front of the whole text, consecutive windows, every prediction inside a window counts.</source>
        <translation>Один BOS перед всем текстом, окна идут подряд, учитывается каждое предсказание внутри окна.</translation>
    </message>
    <message>
        <source>Every window begins with BOS, and only the predictions of its second half count.</source>
        <translation>Каждое окно начинается с BOS, учитываются только предсказания его второй половины.</translation>
    </message>
    <message>
        <source>Default (%1)</source>
        <translation>По умолчанию (%1)</translation>
    </message>
    <message>
        <source>A window of %1 leaves this protocol nothing to score; choose %2 or more.</source>
        <translation>При окне %1 этому протоколу нечего учитывать; задайте %2 или больше.</translation>
    </message>
    <message>
        <source>There is no such corpus file.</source>
        <translation>Такого файла корпуса нет.</translation>
    </message>
    <message>
        <source>Choose a corpus</source>
        <translation>Выберите корпус</translation>
    </message>
    <message>
        <source>Compare e&amp;very prediction with the original&apos;s</source>
        <translation>Сравнивать каждое &amp;предсказание с исходным</translation>
    </message>
    <message>
        <source>Gives KL divergence, same top token and the cost of each token. The original is computed again with each evaluation.</source>
        <translation>Даёт расхождение КЛ, совпадение первого токена и цену каждого токена. Исходная модель вычисляется заново при каждой оценке.</translation>
    </message>
</context>
<context>
    <name>headscope::ui::ShortcutsPage</name>
    <message>
        <source>What</source>
        <translation>Действие</translation>
    </message>
    <message>
        <source>Keys or mouse</source>
        <translation>Клавиши или мышь</translation>
    </message>
    <message>
        <source>Search</source>
        <translation>Поиск</translation>
    </message>
    <message>
        <source>Search the shortcuts</source>
        <translation>Поиск по сочетаниям клавиш</translation>
    </message>
    <message>
        <source>Shortcuts</source>
        <translation>Сочетания клавиш</translation>
    </message>
    <message>
        <source>Other</source>
        <translation>Другое</translation>
    </message>
    <message>
        <source>%1, %2</source>
        <translation>%1, %2</translation>
    </message>
    <message>
        <source>Distribution of similarities</source>
        <translation>Распределение сходства</translation>
    </message>
    <message>
        <source>Move the threshold</source>
        <translation>Сдвинуть порог</translation>
    </message>
    <message>
        <source>Drag the line</source>
        <translation>Перетащить линию</translation>
    </message>
    <message>
        <source>Move the threshold by 0.001</source>
        <translation>Сдвинуть порог на 0,001</translation>
    </message>
    <message>
        <source>Move the threshold by 0.01</source>
        <translation>Сдвинуть порог на 0,01</translation>
    </message>
    <message>
        <source>%1 with Shift</source>
        <translation>%1 с Shift</translation>
    </message>
    <message>
        <source>Zoom</source>
        <translation>Изменить масштаб</translation>
    </message>
    <message>
        <source>Wheel</source>
        <translation>Колесо мыши</translation>
    </message>
    <message>
        <source>Move the view</source>
        <translation>Сдвинуть график</translation>
    </message>
    <message>
        <source>Drag beside the line</source>
        <translation>Перетащить вне линии</translation>
    </message>
    <message>
        <source>Show all similarities</source>
        <translation>Показать весь диапазон</translation>
    </message>
    <message>
        <source>Double click</source>
        <translation>Двойной щелчок</translation>
    </message>
    <message>
        <source>Logarithmic counts, copy</source>
        <translation>Логарифмическая шкала, копирование</translation>
    </message>
    <message>
        <source>Right click</source>
        <translation>Правый щелчок</translation>
    </message>
    <message>
        <source>%1, %2, %3</source>
        <translation>%1, %2, %3</translation>
    </message>
    <message>
        <source>Heatmap</source>
        <translation>Тепловая карта</translation>
    </message>
    <message>
        <source>Read a pair</source>
        <translation>Прочитать пару</translation>
    </message>
    <message>
        <source>Point at it</source>
        <translation>Навести указатель</translation>
    </message>
    <message>
        <source>Move over the cells</source>
        <translation>Ходить по ячейкам</translation>
    </message>
    <message>
        <source>Pin a pair</source>
        <translation>Закрепить пару</translation>
    </message>
    <message>
        <source>Click, or %1</source>
        <translation>Щелчок или %1</translation>
    </message>
    <message>
        <source>Let go of the pinned pair</source>
        <translation>Открепить пару</translation>
    </message>
    <message>
        <source>Wheel, or + and −</source>
        <translation>Колесо или + и −</translation>
    </message>
    <message>
        <source>Drag</source>
        <translation>Перетаскивание</translation>
    </message>
    <message>
        <source>Show all heads</source>
        <translation>Показать все головы</translation>
    </message>
    <message>
        <source>Double click, or 0</source>
        <translation>Двойной щелчок или 0</translation>
    </message>
    <message>
        <source>Layers</source>
        <translation>Слои</translation>
    </message>
    <message>
        <source>Look at another layer</source>
        <translation>Показать другой слой</translation>
    </message>
    <message>
        <source>Click, or arrow keys</source>
        <translation>Щелчок или стрелки</translation>
    </message>
    <message>
        <source>Select several</source>
        <translation>Выделить несколько</translation>
    </message>
    <message>
        <source>Click with Ctrl or Shift</source>
        <translation>Щелчок с Ctrl или Shift</translation>
    </message>
    <message>
        <source>Include or exclude the selected</source>
        <translation>Включить или исключить выделенные</translation>
    </message>
    <message>
        <source>Runs and pairs</source>
        <translation>Прогоны и пары</translation>
    </message>
    <message>
        <source>Copy the selected rows</source>
        <translation>Скопировать выделенные строки</translation>
    </message>
    <message>
        <source>Show and hide columns</source>
        <translation>Показать и скрыть столбцы</translation>
    </message>
    <message>
        <source>Right click on the header</source>
        <translation>Правый щелчок по заголовку</translation>
    </message>
    <message>
        <source>Map of all heads</source>
        <translation>Карта всех голов</translation>
    </message>
    <message>
        <source>Move over the heads</source>
        <translation>Перемещаться по головам</translation>
    </message>
    <message>
        <source>Select a head</source>
        <translation>Выделить голову</translation>
    </message>
    <message>
        <source>Select a range</source>
        <translation>Выделить область</translation>
    </message>
    <message>
        <source>Click with Shift, or %1 with Shift</source>
        <translation>Щелчок с Shift или %1 с Shift</translation>
    </message>
    <message>
        <source>Select one more</source>
        <translation>Добавить к выделению</translation>
    </message>
    <message>
        <source>Click with Ctrl</source>
        <translation>Щелчок с Ctrl</translation>
    </message>
    <message>
        <source>Merge, remove, exclude</source>
        <translation>Объединить, удалить, исключить</translation>
    </message>
    <message>
        <source>Scatter of heads</source>
        <translation>Диаграмма рассеяния голов</translation>
    </message>
    <message>
        <source>Move over the heads in the order of their values</source>
        <translation>Перемещаться по головам в порядке значений</translation>
    </message>
    <message>
        <source>Select all inside a rectangle</source>
        <translation>Выделить всё внутри прямоугольника</translation>
    </message>
    <message>
        <source>Add to the selection</source>
        <translation>Добавить к выделению</translation>
    </message>
    <message>
        <source>The same with Ctrl or Shift</source>
        <translation>То же с Ctrl или Shift</translation>
    </message>
    <message>
        <source>Clear the selection</source>
        <translation>Снять выделение</translation>
    </message>
    <message>
        <source>Attention</source>
        <translation>Внимание</translation>
    </message>
    <message>
        <source>Look at a token</source>
        <translation>Посмотреть на токен</translation>
    </message>
    <message>
        <source>Keep a token</source>
        <translation>Закрепить токен</translation>
    </message>
    <message>
        <source>Click</source>
        <translation>Щелчок</translation>
    </message>
    <message>
        <source>Move over the tokens</source>
        <translation>Перемещаться по токенам</translation>
    </message>
</context>
<context>
    <name>headscope::ui::StartPage</name>
    <message>
        <source>Finds attention heads of a Llama-family model that do the same work, merges them, and measures what that costs in perplexity and accuracy.</source>
        <translation>Находит в модели семейства Llama головы внимания, которые делают одно и то же, объединяет их и измеряет, чего это стоит в перплексии и точности.</translation>
    </message>
    <message>
        <source>Open the &amp;demo model</source>
        <translation>Открыть &amp;демомодель</translation>
    </message>
    <message>
        <source>A small model that comes with the program, to try things out.</source>
        <translation>Небольшая модель из комплекта программы: попробовать, как всё работает.</translation>
    </message>
    <message>
        <source>Open &amp;model…</source>
        <translation>Открыть &amp;модель…</translation>
    </message>
    <message>
        <source>A folder with config.json and safetensors files.</source>
        <translation>Папка с config.json и файлами safetensors.</translation>
    </message>
    <message>
        <source>A results file in JSON, to look at and compare.</source>
        <translation>Файл результатов в JSON: посмотреть и сравнить.</translation>
    </message>
    <message>
        <source>Re&amp;cent</source>
        <translation>&amp;Недавние</translation>
    </message>
    <message>
        <source>%1 is no longer there.</source>
        <translation>%1 больше не существует.</translation>
    </message>
    <message>
        <source>&amp;Open</source>
        <translation>&amp;Открыть</translation>
    </message>
    <message>
        <source>&amp;Remove from the list</source>
        <translation>&amp;Убрать из списка</translation>
    </message>
    <message>
        <source>Open re&amp;sults…</source>
        <translation>Открыть &amp;результаты…</translation>
    </message>
    <message>
        <source>A small real model, SmolLM2-135M, 270 MB, comes with this command (select it to copy it):&lt;br&gt;&lt;code&gt;%1&lt;/code&gt;&lt;br&gt;Open the folder that it names afterwards.</source>
        <translation>Небольшую настоящую модель SmolLM2-135M, 270 МБ, загружает эта команда (выделите, чтобы скопировать):&lt;br&gt;&lt;code&gt;%1&lt;/code&gt;&lt;br&gt;Затем откройте названную в ней папку.</translation>
    </message>
    <message>
        <source>Drop a model folder, one of its files (safetensors, GGUF, config.json), or a results file anywhere in this window.</source>
        <translation>Перетащите в это окно папку модели, один из её файлов (safetensors, GGUF, config.json) или файл результатов.</translation>
    </message>
</context>
<context>
    <name>headscope::ui::SummaryGrid</name>
    <message>
        <source>Pairs</source>
        <translation>Пары</translation>
    </message>
    <message>
        <source>Heads of one layer whose similarity reaches the threshold</source>
        <translation>Головы одного слоя, сходство которых достигает порога</translation>
    </message>
    <message>
        <source>Groups</source>
        <translation>Группы</translation>
    </message>
    <message>
        <source>Sets of heads that are merged with each other</source>
        <translation>Наборы голов, объединяемых друг с другом</translation>
    </message>
    <message>
        <source>Heads merged</source>
        <translation>Объединено голов</translation>
    </message>
    <message>
        <source>Heads that are a member of a group</source>
        <translation>Головы, входящие в какую-либо группу</translation>
    </message>
    <message>
        <source>Heads that become identical</source>
        <translation>Станут одинаковыми</translation>
    </message>
    <message>
        <source>Heads that end with the same queries and outputs as another head</source>
        <translation>Головы, у которых запросы и выходы станут такими же, как у другой головы</translation>
    </message>
    <message>
        <source>KV heads touched</source>
        <translation>Затронуто KV-голов</translation>
    </message>
    <message>
        <source>Key/value heads whose keys and values change</source>
        <translation>KV-головы, ключи и значения которых изменятся</translation>
    </message>
    <message>
        <source>Side effects</source>
        <translation>Побочное влияние</translation>
    </message>
    <message>
        <source>Heads outside every group whose keys and values change, because they share a key/value head with a merged head</source>
        <translation>Головы вне групп, у которых изменятся ключи и значения, потому что KV-голова у них общая с объединённой головой</translation>
    </message>
    <message>
        <source>Possible savings</source>
        <translation>Возможная экономия</translation>
    </message>
    <message>
        <source>Heads</source>
        <translation>Головы</translation>
    </message>
    <message>
        <source>KV heads</source>
        <translation>KV-головы</translation>
    </message>
    <message>
        <source>Parameters</source>
        <translation>Параметры</translation>
    </message>
    <message>
        <source>Weights</source>
        <translation>Веса</translation>
    </message>
    <message>
        <source>KV cache per token</source>
        <translation>KV-кэш на токен</translation>
    </message>
    <message>
        <source>%1 of %2</source>
        <translation>%1 из %2</translation>
    </message>
    <message>
        <source>Heads removed</source>
        <translation>Удалено голов</translation>
    </message>
    <message>
        <source>Heads that write nothing</source>
        <translation>Головы, которые ничего не пишут</translation>
    </message>
    <message>
        <source>What need not be held: removed heads, and duplicates beyond the first.</source>
        <translation>То, что можно не хранить: удалённые головы и повторы, кроме первого.</translation>
    </message>
</context>
<context>
    <name>headscope::ui::SweepDialog</name>
    <message>
        <source>Sweep over thresholds</source>
        <translation>Серия по порогам</translation>
    </message>
    <message>
        <source>Similarities between −1 and 1, separated by semicolons or spaces; by commas too where the comma does not mark decimals.</source>
        <translation>Значения сходства от −1 до 1 через точку с запятой или пробел; через запятую — только если она не десятичный разделитель.</translation>
    </message>
    <message>
        <source>&amp;Thresholds, such as %1:</source>
        <translation>&amp;Пороги, например %1:</translation>
    </message>
    <message>
        <source>&amp;Run</source>
        <translation>&amp;Запустить</translation>
    </message>
    <message>
        <source>Range</source>
        <translation>Диапазон</translation>
    </message>
    <message>
        <source>&amp;From:</source>
        <translation>&amp;От:</translation>
    </message>
    <message>
        <source>t&amp;o:</source>
        <translation>&amp;до:</translation>
    </message>
    <message>
        <source>&amp;step:</source>
        <translation>&amp;шаг:</translation>
    </message>
    <message>
        <source>&amp;Add to the list</source>
        <translation>До&amp;бавить в список</translation>
    </message>
    <message numerus="yes">
        <source>%n run(s), evaluated together with the original: %1</source>
        <translation>
            <numerusform>%n прогон вместе с исходной моделью: %1</numerusform>
            <numerusform>%n прогона вместе с исходной моделью: %1</numerusform>
            <numerusform>%n прогонов вместе с исходной моделью: %1</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>headscope::ui::TextPanel</name>
    <message>
        <source>Open f&amp;ile…</source>
        <translation>Открыть &amp;файл…</translation>
    </message>
    <message>
        <source>KL divergence</source>
        <translation>Расхождение КЛ</translation>
    </message>
    <message>
        <source>Increase of loss</source>
        <translation>Рост потерь</translation>
    </message>
    <message>
        <source>Loss</source>
        <translation>Потери</translation>
    </message>
    <message>
        <source>Loss of the original</source>
        <translation>Потери исходной</translation>
    </message>
    <message>
        <source>A safetensors file of headscope evaluate --per_token</source>
        <translation>Файл safetensors от headscope evaluate --per_token</translation>
    </message>
    <message>
        <source>Ru&amp;n:</source>
        <translation>&amp;Запуск:</translation>
    </message>
    <message>
        <source>&amp;Variant:</source>
        <translation>&amp;Вариант:</translation>
    </message>
    <message>
        <source>S&amp;hade by:</source>
        <translation>&amp;Оттенок:</translation>
    </message>
    <message>
        <source>Se&amp;quence:</source>
        <translation>&amp;Последовательность:</translation>
    </message>
    <message>
        <source>Cost</source>
        <translation>Цена</translation>
    </message>
    <message>
        <source>Sequence</source>
        <translation>Последовательность</translation>
    </message>
    <message>
        <source>Token</source>
        <translation>Токен</translation>
    </message>
    <message>
        <source>Passage</source>
        <translation>Отрывок</translation>
    </message>
    <message>
        <source>Passages of the highest cost</source>
        <translation>Отрывки с наибольшей ценой</translation>
    </message>
    <message>
        <source>Open the costs of tokens</source>
        <translation>Открыть цены токенов</translation>
    </message>
    <message>
        <source>Costs of tokens (*.safetensors);;All files (*)</source>
        <translation>Цены токенов (*.safetensors);;Все файлы (*)</translation>
    </message>
    <message>
        <source> of %1</source>
        <translation> из %1</translation>
    </message>
    <message>
        <source>Token %1, not scored</source>
        <translation>Токен %1, не оценивается</translation>
    </message>
    <message>
        <source>The most likely token is the same.</source>
        <translation>Самый вероятный токен тот же.</translation>
    </message>
    <message>
        <source>The most likely token is another.</source>
        <translation>Самый вероятный токен другой.</translation>
    </message>
    <message>
        <source>Token %1: loss %2, of the original %3; KL divergence %4 nats</source>
        <translation>Токен %1: потери %2, у исходной %3; расхождение КЛ %4 нат</translation>
    </message>
    <message>
        <source>Runs of this session appear here when they are finished, as long as the settings compare every prediction; or open a file of headscope evaluate --per_token.</source>
        <translation>Запуски этого сеанса появляются здесь по завершении, если настройки велят сравнивать каждое предсказание; или откройте файл headscope evaluate --per_token.</translation>
    </message>
    <message>
        <source>Shaded by cost up to %1 nats, which 99 of 100 tokens do not exceed. Point at a token for its values; the list below has the worst passages.</source>
        <translation>Оттенок по цене до %1 нат, которую не превышают 99 из 100 токенов. Наведите указатель на токен, чтобы увидеть значения; ниже список худших отрывков.</translation>
    </message>
    <message>
        <source>Text</source>
        <translation>Текст</translation>
    </message>
</context>
<context>
    <name>headscope::ui::ThresholdBar</name>
    <message>
        <source>Choose &amp;by:</source>
        <translation>От&amp;бор:</translation>
    </message>
    <message>
        <source>Threshold</source>
        <translation>Порог</translation>
    </message>
    <message>
        <source>Percentile</source>
        <translation>Процентиль</translation>
    </message>
    <message>
        <source>Closest pairs</source>
        <translation>Ближайшие пары</translation>
    </message>
    <message>
        <source>How the pairs that are merged are chosen: those with a similarity of at least a threshold, those in the top of all similarities, or a number of the closest.</source>
        <translation>Как отбираются пары для объединения: со сходством не ниже порога, из верхней части всех значений сходства или заданное число ближайших.</translation>
    </message>
    <message>
        <source>Pairs of heads at least this similar are merged.</source>
        <translation>Объединяются пары голов со сходством не ниже этого.</translation>
    </message>
    <message>
        <source>&#xa0;%</source>
        <comment>percentile</comment>
        <translation>&#xa0;%</translation>
    </message>
    <message>
        <source>Pairs are merged whose similarity is at or above this percentile of all pairs of the included layers.</source>
        <translation>Объединяются пары со сходством не ниже этого процентиля среди всех пар включённых слоёв.</translation>
    </message>
    <message>
        <source>Number of closest pairs</source>
        <translation>Число ближайших пар</translation>
    </message>
    <message>
        <source>Which pairs are merged</source>
        <translation>Какие пары объединяются</translation>
    </message>
    <message>
        <source>Makes the highest similarity the threshold, which selects at least one pair.</source>
        <translation>Сделать порогом наибольшее сходство: будет отобрана хотя бы одна пара.</translation>
    </message>
    <message>
        <source>Change threshold</source>
        <translation>изменение порога</translation>
    </message>
    <message>
        <source>Change percentile</source>
        <translation>изменение процентиля</translation>
    </message>
    <message>
        <source>Change number of pairs</source>
        <translation>изменение числа пар</translation>
    </message>
    <message>
        <source>Choose by another value</source>
        <translation>изменение способа отбора</translation>
    </message>
    <message>
        <source>No layer is included.</source>
        <translation>Не включён ни один слой.</translation>
    </message>
    <message>
        <source>The KV policy allows no pair of these layers.</source>
        <translation>Правило KV не допускает ни одной пары в этих слоях.</translation>
    </message>
    <message>
        <source>Nothing is selected: the highest similarity is %1.</source>
        <translation>Ничего не отобрано: наибольшее сходство — %1.</translation>
    </message>
    <message numerus="yes">
        <source>%n pair(s) in %1 of %2 layers</source>
        <translation>
            <numerusform>%n пара; слоёв с парами: %1 из %2</numerusform>
            <numerusform>%n пары; слоёв с парами: %1 из %2</numerusform>
            <numerusform>%n пар; слоёв с парами: %1 из %2</numerusform>
        </translation>
    </message>
    <message>
        <source>&amp;Use %1</source>
        <translation>Вз&amp;ять %1</translation>
    </message>
    <message>
        <source>Threshold %1</source>
        <translation>Порог %1</translation>
    </message>
    <message>
        <source>Per layer</source>
        <translation>По слоям</translation>
    </message>
    <message>
        <source>The lowest and the highest of the layers&apos; own thresholds. Moving the slider goes back to one threshold for all.</source>
        <translation>Наименьший и наибольший из порогов слоёв. Ползунок возвращает к одному порогу для всех.</translation>
    </message>
    <message>
        <source>Finds a threshold for each layer that keeps perplexity within a budget</source>
        <translation>Находит порог для каждого слоя, при котором перплексия остаётся в пределах бюджета</translation>
    </message>
    <message>
        <source>Per-layer thresholds (available after a threshold search)</source>
        <translation>Пороги по слоям (доступны после поиска порогов)</translation>
    </message>
    <message>
        <source>Merges the N most similar pairs, including ties.</source>
        <translation>Объединяет N самых похожих пар, включая равные последней.</translation>
    </message>
    <message>
        <source>Find &amp;thresholds...</source>
        <translation>Найти порог&amp;и...</translation>
    </message>
</context>
<context>
    <name>headscope::ui::TrainingCurve</name>
    <message>
        <source>%1, training text</source>
        <comment>title of a run</comment>
        <translation>%1, обучающий текст</translation>
    </message>
    <message>
        <source>%1, held-out text</source>
        <comment>title of a run</comment>
        <translation>%1, отложенный текст</translation>
    </message>
    <message>
        <source>Steps</source>
        <translation>Шаги</translation>
    </message>
    <message>
        <source>KL divergence, nats</source>
        <translation>Расхождение KL, нат</translation>
    </message>
</context>
<context>
    <name>headscope::ui::ThresholdCurve</name>
    <message>
        <source>%1: %2</source>
        <comment>Perplexity: its settings</comment>
        <translation>%1: %2</translation>
    </message>
    <message>
        <source>Perplexity</source>
        <translation>Перплексия</translation>
    </message>
    <message>
        <source>Accuracy</source>
        <translation>Точность</translation>
    </message>
    <message>
        <source>Threshold</source>
        <translation>Порог</translation>
    </message>
    <message>
        <source>Perplexity (dotted: original)</source>
        <translation>Перплексия (точками — исходная)</translation>
    </message>
    <message>
        <source>Accuracy, % (dotted: original)</source>
        <translation>Точность, % (точками — исходная)</translation>
    </message>
    <message>
        <source>Perplexity, %</source>
        <translation>Перплексия, %</translation>
    </message>
    <message>
        <source>Accuracy, points</source>
        <translation>Точность, п. п.</translation>
    </message>
</context>
<context>
    <name>headscope::ui::ThresholdList</name>
    <message>
        <source>“%1” is ambiguous; separate thresholds with semicolons or spaces.</source>
        <translation>«%1» можно понять по-разному; разделяйте пороги точкой с запятой или пробелом.</translation>
    </message>
    <message>
        <source>“%1” is not a number.</source>
        <translation>«%1» — не число.</translation>
    </message>
    <message>
        <source>%1 is not a threshold; similarities lie between −1 and 1.</source>
        <translation>%1 не может быть порогом: сходство лежит между −1 и 1.</translation>
    </message>
    <message>
        <source>Enter one threshold or more.</source>
        <translation>Введите хотя бы один порог.</translation>
    </message>
    <message>
        <source>These are %1 thresholds; a sweep takes at most %2.</source>
        <translation>Задано порогов: %1; в серии может быть не больше %2.</translation>
    </message>
    <message>
        <source>The step must not be 0.</source>
        <translation>Шаг не может быть равен 0.</translation>
    </message>
    <message>
        <source>The step leads away from the end.</source>
        <translation>Шаг уводит от конца диапазона.</translation>
    </message>
    <message>
        <source>A step this small makes more than %1 thresholds.</source>
        <translation>При таком малом шаге порогов больше %1.</translation>
    </message>
</context>
<context>
    <name>headscope::ui::ThresholdSearch</name>
    <message>
        <source>Use found thresholds</source>
        <translation>применение найденных порогов</translation>
    </message>
</context>
<context>
    <name>headscope::ui::TokenView</name>
    <message>
        <source>Tokens of the text</source>
        <translation>Токены текста</translation>
    </message>
    <message>
        <source>Token %1: %2&#xa0;%</source>
        <translation>Токен %1: %2&#xa0;%</translation>
    </message>
    <message>
        <source>; the second head %1&#xa0;%</source>
        <translation>; вторая голова %1&#xa0;%</translation>
    </message>
</context>
<context>
    <name>headscope::ui::Tour</name>
    <message>
        <source>&amp;Back</source>
        <translation>&amp;Назад</translation>
    </message>
    <message>
        <source>&amp;Next</source>
        <translation>&amp;Далее</translation>
    </message>
    <message>
        <source>&amp;Close</source>
        <translation>&amp;Закрыть</translation>
    </message>
    <message>
        <source>It does not come again by itself; Help, Guided tour starts it.</source>
        <translation>Само больше не появится; его запускает «Справка», «Знакомство с программой».</translation>
    </message>
    <message>
        <source>%1 of %2</source>
        <translation>%1 из %2</translation>
    </message>
    <message>
        <source>&amp;Done</source>
        <translation>&amp;Готово</translation>
    </message>
</context>
<context>
    <name>headscope::ui::TradeoffPanel</name>
    <message>
        <source>Removable heads</source>
        <translation>Устранимые головы</translation>
    </message>
    <message>
        <source>Removable parameters</source>
        <translation>Устранимые параметры</translation>
    </message>
    <message>
        <source>A&amp;gainst:</source>
        <translation>&amp;Относительно:</translation>
    </message>
    <message>
        <source>%1
%2
Perplexity %3</source>
        <translation>%1
%2
Перплексия %3</translation>
    </message>
    <message>
        <source>Change of perplexity, %</source>
        <translation>Изменение перплексии, %</translation>
    </message>
    <message>
        <source>Trade-off</source>
        <translation>Компромисс</translation>
    </message>
    <message>
        <source>Open &amp;front…</source>
        <translation>Открыть &amp;фронт…</translation>
    </message>
    <message>
        <source>&amp;Use this plan</source>
        <translation>&amp;Взять этот план</translation>
    </message>
    <message>
        <source>Heads merged or removed</source>
        <translation>Слитые или удалённые головы</translation>
    </message>
    <message>
        <source>A compress.json that headscope compress wrote for the open model: plans that remove more and more heads, with what each costs.</source>
        <translation>Файл compress.json, который headscope compress записал для открытой модели: планы, удаляющие всё больше голов, с ценой каждого.</translation>
    </message>
    <message>
        <source>Makes the plan of the chosen point the current one, to look at, run or save.</source>
        <translation>Делает план выбранной точки текущим, чтобы его рассмотреть, запустить или сохранить.</translation>
    </message>
    <message>
        <source>Change of perplexity against what goes</source>
        <translation>Изменение перплексии в зависимости от того, что убирается</translation>
    </message>
    <message>
        <source>Open a front</source>
        <translation>Открыть фронт</translation>
    </message>
    <message>
        <source>Results of compress (*.json);;All files (*)</source>
        <translation>Результаты compress (*.json);;Все файлы (*)</translation>
    </message>
    <message>
        <source>Front of %1, calibration text</source>
        <translation>Фронт %1, калибровочный текст</translation>
    </message>
    <message numerus="yes">
        <source>%Ln head(s) removed, refitted</source>
        <translation>
            <numerusform>%Ln голова удалена, с подгонкой</numerusform>
            <numerusform>%Ln головы удалены, с подгонкой</numerusform>
            <numerusform>%Ln голов удалено, с подгонкой</numerusform>
        </translation>
    </message>
    <message>
        <source>Perplexity of held-out calibration text %1</source>
        <translation>Перплексия отложенного калибровочного текста %1</translation>
    </message>
    <message>
        <source>Chosen: %1; perplexity of held-out calibration text %2.</source>
        <translation>Выбрано: %1; перплексия отложенного калибровочного текста %2.</translation>
    </message>
    <message>
        <source>Finished runs appear here. A sweep draws a curve for its measure; headscope compress finds a front.</source>
        <translation>Здесь появляются завершённые запуски. Серия рисует кривую своей меры; headscope compress находит фронт.</translation>
    </message>
    <message>
        <source>Bars are 95&#xa0;% intervals. Lower and further right is better. Click a point to see its run.</source>
        <translation>Отрезки — интервалы 95&#xa0;%. Ниже и правее — лучше. Щёлкните точку, чтобы увидеть её запуск.</translation>
    </message>
    <message>
        <source>Use the plan of a front</source>
        <translation>Использование плана фронта</translation>
    </message>
</context>
<context>
    <name>headscope::ui::TwoMeasuresPanel</name>
    <message>
        <source>Measure</source>
        <translation>Мера</translation>
    </message>
    <message>
        <source>Measure on the left</source>
        <translation>Мера слева</translation>
    </message>
    <message>
        <source>Measure on the right</source>
        <translation>Мера справа</translation>
    </message>
    <message>
        <source>No model is open.</source>
        <translation>Модель не открыта.</translation>
    </message>
    <message>
        <source>Computing %1</source>
        <translation>Вычисляется %1</translation>
    </message>
    <message>
        <source>Choose the measure again to compute it.</source>
        <translation>Выберите меру ещё раз, чтобы вычислить её.</translation>
    </message>
    <message>
        <source>Layer %1</source>
        <translation>Слой %1</translation>
    </message>
    <message>
        <source>%1: the two measures cannot be ranked against each other</source>
        <translation>%1: эти две меры нельзя сопоставить по рангам</translation>
    </message>
    <message>
        <source>%1: rank correlation (Spearman) of %2 over %3</source>
        <translation>%1: ранговая корреляция (Спирмен) %2, %3</translation>
    </message>
    <message numerus="yes">
        <source>%n pair(s)</source>
        <translation>
            <numerusform>%n пара</numerusform>
            <numerusform>%n пары</numerusform>
            <numerusform>%n пар</numerusform>
        </translation>
    </message>
    <message>
        <source>Point at a pair to see it in both.</source>
        <translation>Наведите на пару, чтобы увидеть её в обеих.</translation>
    </message>
    <message>
        <source>%1 %2</source>
        <comment>a measure and its value</comment>
        <translation>%1 %2</translation>
    </message>
    <message>
        <source>Heads %1 and %2: %3, %4</source>
        <translation>Головы %1 и %2: %3, %4</translation>
    </message>
    <message>
        <source>Two measures</source>
        <translation>Две меры</translation>
    </message>
</context>
<context>
    <name>headscope::ui::TwoModelsPanel</name>
    <message>
        <source>The two models have nothing in common to compare.</source>
        <translation>У двух моделей нет ничего общего, что можно было бы сравнить.</translation>
    </message>
    <message>
        <source>Perplexity %1; of %2 %3, change %4</source>
        <translation>Перплексия %1; у %2 %3, изменение %4</translation>
    </message>
    <message>
        <source>KL divergence %1 nats; same most likely token %2</source>
        <translation>Дивергенция KL %1 нат; тот же самый вероятный токен %2</translation>
    </message>
    <message numerus="yes">
        <source>%1, %Ln sequence(s)</source>
        <translation>
            <numerusform>%1, %Ln последовательность</numerusform>
            <numerusform>%1, %Ln последовательности</numerusform>
            <numerusform>%1, %Ln последовательностей</numerusform>
        </translation>
    </message>
    <message>
        <source>Open a second &amp;folder…</source>
        <translation>Открыть вторую &amp;папку…</translation>
    </message>
    <message>
        <source>Open a second G&amp;GUF file…</source>
        <translation>Открыть второй файл &amp;GGUF…</translation>
    </message>
    <message>
        <source>Read a text with &amp;both</source>
        <translation>Прочитать текст &amp;обеими</translation>
    </message>
    <message>
        <source>Layer</source>
        <translation>Слой</translation>
    </message>
    <message>
        <source>Same index, mean</source>
        <translation>Тот же номер, среднее</translation>
    </message>
    <message>
        <source>lowest</source>
        <translation>наименьшее</translation>
    </message>
    <message>
        <source>Best match, mean</source>
        <translation>Лучшее соответствие, среднее</translation>
    </message>
    <message>
        <source>Elsewhere</source>
        <translation>На другом месте</translation>
    </message>
    <message>
        <source>New</source>
        <translation>Новые</translation>
    </message>
    <message>
        <source>Perplexity of both and their KL divergence, over the text of the evaluation settings</source>
        <translation>Перплексия обеих и дивергенция KL по тексту из настроек оценки</translation>
    </message>
    <message>
        <source>Sequences</source>
        <translation>Последовательности</translation>
    </message>
    <message>
        <source>Se&amp;quences:</source>
        <translation>После&amp;довательности:</translation>
    </message>
    <message>
        <source>Heads whose best match has another index in the second model</source>
        <translation>Головы, у которых лучшее соответствие во второй модели имеет другой номер</translation>
    </message>
    <message>
        <source>Heads of the second model that are nobody&apos;s best match</source>
        <translation>Головы второй модели, которые никому не лучшее соответствие</translation>
    </message>
    <message>
        <source>&amp;Copy table</source>
        <translation>&amp;Копировать таблицу</translation>
    </message>
    <message>
        <source>Open a second model</source>
        <translation>Открыть вторую модель</translation>
    </message>
    <message>
        <source>Models (*.gguf *.safetensors);;All files (*)</source>
        <translation>Модели (*.gguf *.safetensors);;Все файлы (*)</translation>
    </message>
    <message>
        <source>No model is open.</source>
        <translation>Модель не открыта.</translation>
    </message>
    <message>
        <source>Comparing the two models.</source>
        <translation>Модели сравниваются.</translation>
    </message>
    <message>
        <source>Open a second checkpoint to compare this one with: a fine-tuned, merged or quantized copy, in any format. Its heads are matched with these, and the Map can be coloured by their distance.</source>
        <translation>Откройте вторую модель, чтобы сравнить с ней эту: дообученную, объединённую или квантованную копию в любом формате. Её головы сопоставляются с этими, и карту можно раскрасить по их расстоянию.</translation>
    </message>
    <message>
        <source>A: %1; B: %2</source>
        <translation>A: %1; B: %2</translation>
    </message>
    <message>
        <source>B</source>
        <translation>B</translation>
    </message>
    <message numerus="yes">
        <source>%Ln tensor(s) only in one, or of other shapes</source>
        <translation>
            <numerusform>%Ln тензор только в одной или другой формы</numerusform>
            <numerusform>%Ln тензора только в одной или другой формы</numerusform>
            <numerusform>%Ln тензоров только в одной или другой формы</numerusform>
        </translation>
    </message>
    <message>
        <source>Two models</source>
        <translation>Две модели</translation>
    </message>
    <message>
        <source>Heads of both models</source>
        <translation>Головы обеих моделей</translation>
    </message>
    <message>
        <source>Tensors</source>
        <translation>Тензоры</translation>
    </message>
    <message>
        <source>Count</source>
        <translation>Число</translation>
    </message>
    <message>
        <source>|A − B| / |A|</source>
        <translation>|A − B| / |A|</translation>
    </message>
    <message>
        <source>Most</source>
        <translation>Больше всего</translation>
    </message>
    <message>
        <source>Of</source>
        <translation>У</translation>
    </message>
    <message>
        <source>Tensors of both models</source>
        <translation>Тензоры обеих моделей</translation>
    </message>
</context>
<context>
    <name>headscope::ui::WindowsCurve</name>
    <message>
        <source>%1 (run %2)</source>
        <comment>title of a run, number of the run</comment>
        <translation>%1 (прогон %2)</translation>
    </message>
    <message>
        <source>Windows done</source>
        <translation>Обработано окон</translation>
    </message>
    <message>
        <source>Perplexity (dotted: original)</source>
        <translation>Перплексия (точками — исходная)</translation>
    </message>
    <message>
        <source>Change, %</source>
        <translation>Изменение, %</translation>
    </message>
</context>
<context>
    <name>headscope::ui::Workbench</name>
    <message>
        <source>The results are in the table, but could not be written to the disk. Use Save results to keep them.</source>
        <translation>Результаты есть в таблице, но записать их на диск не удалось. Чтобы не потерять их, выберите «Сохранить результаты».</translation>
    </message>
    <message>
        <source>Opening %1</source>
        <translation>Открытие %1</translation>
    </message>
    <message>
        <source>Evaluating</source>
        <translation>Измерение</translation>
    </message>
    <message>
        <source>Saving results</source>
        <translation>Сохранение результатов</translation>
    </message>
    <message>
        <source>Opening the demo model</source>
        <translation>Открытие демонстрационной модели</translation>
    </message>
    <message>
        <source>Saving an image</source>
        <translation>Сохранение изображения</translation>
    </message>
    <message>
        <source>Saving the merged model</source>
        <translation>Сохранение объединённой модели</translation>
    </message>
    <message>
        <source>Exporting a report</source>
        <translation>Экспорт отчёта</translation>
    </message>
    <message>
        <source>Comparing heads</source>
        <translation>Сравнение голов</translation>
    </message>
    <message>
        <source>Measuring heads</source>
        <translation>Измерение голов</translation>
    </message>
    <message>
        <source>Measuring damage</source>
        <translation>Измерение ущерба</translation>
    </message>
    <message>
        <source>Finding thresholds</source>
        <translation>Поиск порогов</translation>
    </message>
    <message>
        <source>Reading the attention</source>
        <translation>Чтение внимания</translation>
    </message>
    <message>
        <source>Comparing two models</source>
        <translation>Сравнение двух моделей</translation>
    </message>
</context>
<context>
    <name>headscope::ui::Workspace</name>
    <message>
        <source>Computing %1</source>
        <translation>Вычисляется %1</translation>
    </message>
    <message>
        <source>%1 (%2)</source>
        <comment>a panel, the measure of its similarities</comment>
        <translation>%1 (%2)</translation>
    </message>
</context>
</TS>
