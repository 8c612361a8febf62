<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="ru">
<context>
    <name>core</name>
    <message>
        <source>{}: no such file</source>
        <translation>{}: нет такого файла</translation>
    </message>
    <message>
        <source>{}: cannot be opened ({})</source>
        <translation>{}: не открывается ({})</translation>
    </message>
    <message>
        <source>{}: not a regular file</source>
        <translation>{}: это не обычный файл</translation>
    </message>
    <message>
        <source>{}: {} bytes, more than the {} that such a file may have</source>
        <translation>{}: {} байт, больше {}, допустимых для такого файла</translation>
    </message>
    <message>
        <source>{}: cannot be read ({})</source>
        <translation>{}: не читается ({})</translation>
    </message>
    <message>
        <source>{}: cannot be written ({}); choose a folder that can</source>
        <translation>{}: сюда нельзя записать ({}); выберите папку, в которую можно</translation>
    </message>
    <message>
        <source>{}: could not be written ({}); nothing was changed, make room or choose another place</source>
        <translation>{}: записать не удалось ({}); ничего не изменено, освободите место или выберите другое</translation>
    </message>
    <message>
        <source>{}: JSON nested more than {} levels deep</source>
        <translation>{}: вложенность JSON больше {} уровней</translation>
    </message>
    <message>
        <source>{}: the key &quot;{}&quot; stands twice in one object</source>
        <translation>{}: ключ &quot;{}&quot; встречается в одном объекте дважды</translation>
    </message>
    <message>
        <source>{}: the folder of Headscope's resources is not there; {} the variable HEADSCOPE_RESOURCES</source>
        <translation>{}: нет папки с ресурсами Headscope; {} переменную HEADSCOPE_RESOURCES</translation>
    </message>
    <message>
        <source>the environment variable {} is &quot;{}&quot;, but must be a whole number; is the launcher set up right? Unset it to run one process</source>
        <translation>переменная окружения {} равна &quot;{}&quot;, а должна быть целым числом; верно ли настроен запуск? Удалите её, чтобы запустить один процесс</translation>
    </message>
    <message>
        <source>the environment variable {} is missing, but {} is set; start with torchrun, srun or mpirun, or unset both to run one process</source>
        <translation>нет переменной окружения {}, хотя {} задана; запускайте через torchrun, srun или mpirun или удалите обе, чтобы запустить один процесс</translation>
    </message>
    <message>
        <source>the environment variable {} is {}, but must be below {} ({})</source>
        <translation>переменная окружения {} равна {}, а должна быть меньше {} ({})</translation>
    </message>
    <message>
        <source>MASTER_PORT is {}, but must be from 1 to 65535</source>
        <translation>MASTER_PORT равен {}, а должен быть от 1 до 65535</translation>
    </message>
    <message>
        <source>SHA-256 is not available in this build of OpenSSL</source>
        <translation>в этой сборке OpenSSL нет SHA-256</translation>
    </message>
    <message>
        <source>{}: tensor {}: weights of dtype {} are not supported; supported: BF16, F16, F32</source>
        <translation>{}: тензор {}: веса типа {} не поддерживаются; поддерживаются BF16, F16, F32</translation>
    </message>
    <message>
        <source>{}: there is no tensor {}</source>
        <translation>{}: нет тензора {}</translation>
    </message>
    <message>
        <source>{} is {}, but must be from {} to {}</source>
        <translation>{}: значение {}, а должно быть от {} до {}</translation>
    </message>
    <message>
        <source>{} is {}, but must be above 0</source>
        <translation>{}: значение {}, а должно быть больше 0</translation>
    </message>
    <message>
        <source>{} is {}, but must not be negative</source>
        <translation>{}: значение {}, а не должно быть отрицательным</translation>
    </message>
    <message>
        <source>{} is missing; take the config.json that belongs to the model</source>
        <translation>{} отсутствует; возьмите config.json этой модели</translation>
    </message>
    <message>
        <source>{} must be {}, but is {}</source>
        <translation>{}: должно быть {}, а здесь {}</translation>
    </message>
    <message>
        <source>{}: {}; the file is damaged or incomplete, download it again</source>
        <translation>{}: {}; файл повреждён или неполон, скачайте его заново</translation>
    </message>
    <message>
        <source>{}: a Git LFS pointer, not the file itself; run &quot;git lfs pull&quot; in its folder</source>
        <translation>{}: это указатель Git LFS, а не сам файл; выполните &quot;git lfs pull&quot; в его папке</translation>
    </message>
    <message>
        <source>{}: a link to a file that does not exist; download it again</source>
        <translation>{}: ссылка на несуществующий файл; скачайте его заново</translation>
    </message>
    <message>
        <source>{}: no such file; download it as well</source>
        <translation>{}: нет такого файла; скачайте и его</translation>
    </message>
    <message>
        <source>{}: a directory, not a file</source>
        <translation>{}: это папка, а не файл</translation>
    </message>
    <message>
        <source>{}: the file is empty; download it again</source>
        <translation>{}: файл пуст; скачайте его заново</translation>
    </message>
    <message>
        <source>{}: cannot be mapped ({})</source>
        <translation>{}: не отображается в память ({})</translation>
    </message>
    <message>
        <source>{}: a JSON {}, but a model's parameters are an object</source>
        <translation>{}: это JSON ({}), а параметры модели должны быть объектом</translation>
    </message>
    <message>
        <source>{}: {} is not supported</source>
        <translation>{}: {} не поддерживается</translation>
    </message>
    <message>
        <source>{}: a model of images is not supported</source>
        <translation>{}: модель изображений не поддерживается</translation>
    </message>
    <message>
        <source>{} is {}, but must divide dim ({})</source>
        <translation>{}: значение {}, а должно делить dim ({})</translation>
    </message>
    <message>
        <source>{} is {}, but must divide n_heads ({})</source>
        <translation>{}: значение {}, а должно делить n_heads ({})</translation>
    </message>
    <message>
        <source>{}: quantized checkpoints are not supported; take one in bfloat16, float16 or float32</source>
        <translation>{}: квантованные контрольные точки не поддерживаются; возьмите в bfloat16, float16 или float32</translation>
    </message>
    <message>
        <source>{} true is not supported in a model of type {}</source>
        <translation>{}: true не поддерживается в модели типа {}</translation>
    </message>
    <message>
        <source>{} is {}, but must divide num_attention_heads ({})</source>
        <translation>{}: значение {}, а должно делить num_attention_heads ({})</translation>
    </message>
    <message>
        <source>{} is {}, but must divide hidden_size ({}) where head_dim is not given</source>
        <translation>{}: значение {}, а должно делить hidden_size ({}), если head_dim не указан</translation>
    </message>
    <message>
        <source>{} is {}, but must be even: rotary embedding turns pairs of elements</source>
        <translation>{}: значение {}, а должно быть чётным: вращательное кодирование поворачивает пары элементов</translation>
    </message>
    <message>
        <source>{} ({}) times head_dim ({}) must be at most {}</source>
        <translation>{} ({}), умноженное на head_dim ({}), не должно превышать {}</translation>
    </message>
    <message>
        <source>{}: a JSON {}, but a model's config is an object</source>
        <translation>{}: это JSON ({}), а конфигурация модели должна быть объектом</translation>
    </message>
    <message>
        <source>{}: &quot;{}&quot; is not supported; supported: full_attention, sliding_attention</source>
        <translation>{}: &quot;{}&quot; не поддерживается; поддерживаются full_attention, sliding_attention</translation>
    </message>
    <message>
        <source>{} has sliding_attention, but no sliding_window is set or used; take the config.json that belongs to the model</source>
        <translation>{}: есть sliding_attention, но sliding_window не задано или не используется; возьмите config.json этой модели</translation>
    </message>
    <message>
        <source>{} &quot;{}&quot; is not supported; supported: {}</source>
        <translation>{}: &quot;{}&quot; не поддерживается; поддерживаются: {}</translation>
    </message>
    <message>
        <source>{} has {} entries, but num_hidden_layers is {}</source>
        <translation>{}: записей {}, а num_hidden_layers равно {}</translation>
    </message>
    <message>
        <source>{}: layers of different types are not supported in a model of type {}</source>
        <translation>{}: слои разных типов не поддерживаются в модели типа {}</translation>
    </message>
    <message>
        <source>{}: this kind of weights ({}) is not supported; supported: {}</source>
        <translation>{}: этот вид весов ({}) не поддерживается; поддерживаются: {}</translation>
    </message>
    <message>
        <source>{}: {} is missing beside {}; download it as well</source>
        <translation>{}: нет {} рядом с {}; скачайте и его</translation>
    </message>
    <message>
        <source>{}: not a model folder: it has no weights; choose one of these: {}</source>
        <translation>{}: это не папка модели: в ней нет весов; выберите одну из этих: {}</translation>
    </message>
    <message>
        <source>{}: {} is missing; download it as well</source>
        <translation>{}: нет {}; скачайте и его</translation>
    </message>
    <message>
        <source>{}: cannot be opened ({}); choose a model folder</source>
        <translation>{}: не открывается ({}); выберите папку модели</translation>
    </message>
    <message>
        <source>{}: its pickle asks for {}.{}, which tensors do not need, and Headscope runs nothing that a file names; take a file that holds the weights alone (a state_dict)</source>
        <translation>{}: его pickle требует {}.{}, что тензорам не нужно, а Headscope не выполняет ничего, что называет файл; возьмите файл с одними весами (state_dict)</translation>
    </message>
    <message>
        <source>{}: holds {}, not a dictionary of tensors; save the model's state_dict alone</source>
        <translation>{}: содержит {}, а не словарь тензоров; сохраните один state_dict модели</translation>
    </message>
    <message>
        <source>{}: its pickle has the operation {} at byte {}, which tensors do not need; take a file that holds the weights alone (a state_dict)</source>
        <translation>{}: в его pickle есть операция {} (байт {}), которая тензорам не нужна; возьмите файл с одними весами (state_dict)</translation>
    </message>
    <message>
        <source>{}: data.pkl has {} bytes, more than the {} that the weights of a model take</source>
        <translation>{}: в data.pkl {} байт, больше {}, которых хватает весам модели</translation>
    </message>
    <message>
        <source>{}: rotary parameters for each type of layer are not supported; supported: the same for all layers</source>
        <translation>{}: параметры вращения, разные для типов слоёв, не поддерживаются; поддерживаются одинаковые для всех слоёв</translation>
    </message>
    <message>
        <source>{} is {}, but must be at least 1</source>
        <translation>{}: значение {}, а должно быть не меньше 1</translation>
    </message>
    <message>
        <source>{}: dynamic scaling of heads of {} elements is not supported; its formula divides by head_dim - 2</source>
        <translation>{}: динамическое масштабирование голов из {} элементов не поддерживается: его формула делит на head_dim - 2</translation>
    </message>
    <message>
        <source>{} is {}, but must be above low_freq_factor ({})</source>
        <translation>{}: значение {}, а должно быть больше low_freq_factor ({})</translation>
    </message>
    <message>
        <source>{} is {}, but must be above 1 for yarn</source>
        <translation>{}: значение {}, а для yarn должно быть больше 1</translation>
    </message>
    <message>
        <source>{} is {}, but must be at least beta_slow ({})</source>
        <translation>{}: значение {}, а должно быть не меньше beta_slow ({})</translation>
    </message>
    <message>
        <source>{}; download the file again</source>
        <translation>{}; скачайте файл заново</translation>
    </message>
    <message>
        <source>{}: tensor {}: unknown dtype {}; the file is damaged, or newer than this program</source>
        <translation>{}: тензор {}: неизвестный тип {}; файл повреждён или новее этой программы</translation>
    </message>
    <message>
        <source>{}: weight_map, the object that says where each tensor lies, is missing or empty; download the index again</source>
        <translation>{}: weight_map, объект с местами тензоров, отсутствует или пуст; скачайте индекс заново</translation>
    </message>
    <message>
        <source>{}: tensor {}: the shard {} is not the name of a file in the same folder; download the index again</source>
        <translation>{}: тензор {}: часть {} — не имя файла в той же папке; скачайте индекс заново</translation>
    </message>
    <message>
        <source>{}: the format that PyTorch wrote before version 1.6; load it and save it again with a newer PyTorch</source>
        <translation>{}: формат, в котором PyTorch писал до версии 1.6; загрузите и сохраните заново более новым PyTorch</translation>
    </message>
    <message>
        <source>{}: written on a big-endian machine; load it and save it again on another</source>
        <translation>{}: записан на машине с обратным порядком байтов; загрузите и сохраните заново на другой</translation>
    </message>
    <message>
        <source>{}: its record {} is {}, as in a TorchScript program or an archive that was packed again; save the model's state_dict with torch.save</source>
        <translation>{}: его запись {} {}, как в программе TorchScript или в переупакованном архиве; сохраните state_dict модели через torch.save</translation>
    </message>
    <message>
        <source>{}: {}, and a corpus is a plain text file; {}</source>
        <translation>{}: {}, а корпус — это простой текстовый файл; {}</translation>
    </message>
    <message>
        <source>{}: not UTF-8 text at byte {}; a corpus is a plain text file</source>
        <translation>{}: не текст UTF-8 в байте {}; корпус — это простой текстовый файл</translation>
    </message>
    <message>
        <source>{}: the gzip file ends too early, after {} bytes of text; copy or download it again</source>
        <translation>{}: файл gzip обрывается после {} байт текста; скопируйте или загрузите его заново</translation>
    </message>
    <message>
        <source>{}: the gzip file is damaged after {} bytes of text; copy or download it again</source>
        <translation>{}: файл gzip повреждён после {} байт текста; скопируйте или загрузите его заново</translation>
    </message>
    <message>
        <source>{}: unpacks to more than the {} bytes that such a file may have</source>
        <translation>{}: распаковывается больше чем в {} байт, допустимых для такого файла</translation>
    </message>
    <message>
        <source>{}: zlib does not start</source>
        <translation>{}: zlib не запускается</translation>
    </message>
    <message>
        <source>{}: no "text"; a corpus of JSON has an object with a text on each line, as C4's files</source>
        <translation>{}: нет «text»; корпус в JSON содержит в каждой строке объект с текстом, как файлы C4</translation>
    </message>
    <message>
        <source>{} and {} lie in different folders; give the files of one model, or use headscope compare for two</source>
        <translation>{} и {} лежат в разных папках; укажите файлы одной модели, а для двух есть headscope compare</translation>
    </message>
    <message>
        <source>{} and {} are two models; give the files of one, or use headscope compare for two</source>
        <translation>{} и {} — две модели; укажите файлы одной, а для двух есть headscope compare</translation>
    </message>
    <message>
        <source>{}: heads of a model of type {} can be compared, but it cannot be run: {}</source>
        <translation>{}: головы модели типа {} можно сравнить, но запустить её нельзя: {}</translation>
    </message>
    <message>
        <source>{}: none of the {} layers has full attention, the only one whose heads can be compared</source>
        <translation>{}: ни в одном из {} слоёв нет полного внимания, а сравнить можно только его головы</translation>
    </message>
    <message>
        <source>{} is {}, but no layer with full attention is left to have keys of its own</source>
        <translation>{} равно {}, но не остаётся ни одного слоя с полным вниманием и собственными ключами</translation>
    </message>
    <message>
        <source>{}: the corpus is empty</source>
        <translation>{}: корпус пуст</translation>
    </message>
    <message>
        <source>scores of {} windows and {} variants cannot continue one of {} and {}</source>
        <translation>оценки {} окон и {} вариантов не могут продолжить оценки {} и {}</translation>
    </message>
    <message>
        <source>the processes could not exchange their results ({})</source>
        <translation>процессы не смогли обменяться результатами ({})</translation>
    </message>
    <message>
        <source>process {} of {} cannot meet the others at {} port {} ({}); are they all started, and do MASTER_ADDR and MASTER_PORT name the machine of the first and a free port?</source>
        <translation>процесс {} из {} не может встретиться с другими на {}, порт {} ({}); все ли запущены и называют ли MASTER_ADDR и MASTER_PORT машину первого и свободный порт?</translation>
    </message>
    <message>
        <source>this build of Headscope cannot share work between processes; install libgloo-dev and build again, or start one process</source>
        <translation>эта сборка Headscope не умеет делить работу между процессами; установите libgloo-dev и соберите заново или запустите один процесс</translation>
    </message>
    <message>
        <source>&quot;{}&quot; is not a protocol; choose gptq or llama.cpp</source>
        <translation>&quot;{}&quot; — не протокол; выберите gptq или llama.cpp</translation>
    </message>
    <message>
        <source>the processes do not evaluate the same thing: give all of them the same options, and the same files on every machine</source>
        <translation>процессы вычисляют не одно и то же: дайте всем одинаковые параметры и на каждой машине одинаковые файлы</translation>
    </message>
    <message>
        <source>another process failed; see what it printed last</source>
        <translation>другой процесс завершился с ошибкой; посмотрите, что он вывел последним</translation>
    </message>
    <message>
        <source>{}: tensor {} holds NaN or infinity; the file is damaged, get it again</source>
        <translation>{}: тензор {} содержит NaN или бесконечность; файл повреждён, получите его заново</translation>
    </message>
    <message>
        <source>the loss of window {} is not a number in {}: values overflow; use --dtype float32</source>
        <translation>потери окна {} — не число в {}: значения переполняются; выберите --dtype float32</translation>
    </message>
    <message>
        <source>a window of {} tokens does not work; choose --window from 2 to {}, the longest that this model can read</source>
        <translation>окно из {} токенов не подходит; выберите --window от 2 до {}, наибольшего для этой модели</translation>
    </message>
    <message>
        <source>--max_windows {}: give 0 for all, or more</source>
        <translation>--max_windows {}: укажите 0 для всех или больше</translation>
    </message>
    <message>
        <source>a window of {} tokens leaves protocol {} nothing to score; choose a larger --window</source>
        <translation>окно из {} токенов не оставляет протоколу {} ничего для оценки; выберите --window больше</translation>
    </message>
    <message>
        <source>the corpus has {} tokens, not one window of {}; choose a smaller --window or a longer corpus</source>
        <translation>в корпусе {} токенов, меньше одного окна из {}; выберите --window меньше или корпус длиннее</translation>
    </message>
    <message>
        <source>the tokenizer gives id {}, but the model's vocabulary has {}; they do not belong together</source>
        <translation>токенизатор даёт номер {}, а в словаре модели {}; они не подходят друг другу</translation>
    </message>
    <message>
        <source>&quot;{}&quot; is not a grouping; choose components, complete, matching or sequential</source>
        <translation>&quot;{}&quot; — не группировка; выберите components, complete, matching или sequential</translation>
    </message>
    <message>
        <source>&quot;{}&quot; is not a KV policy; choose average, keep or within</source>
        <translation>&quot;{}&quot; — не правило KV; выберите average, keep или within</translation>
    </message>
    <message>
        <source>the process of local rank {} has no GPU of its own: {} found; start as many processes on each machine as it has GPUs, or use --device cpu</source>
        <translation>у процесса с местным номером {} нет своего GPU: найдено {}; запускайте на каждой машине столько процессов, сколько в ней GPU, или выберите --device cpu</translation>
    </message>
    <message>
        <source>&quot;{}&quot; is not a device; choose auto, cpu, cuda, cuda:N or cuda:all</source>
        <translation>&quot;{}&quot; — не устройство; выберите auto, cpu, cuda, cuda:N или cuda:all</translation>
    </message>
    <message>
        <source>device {}: this build of Headscope uses a libtorch without CUDA; use --device cpu or build against one that has it</source>
        <translation>устройство {}: эта сборка Headscope использует libtorch без CUDA; выберите --device cpu или соберите с такой, где она есть</translation>
    </message>
    <message>
        <source>a decoder of {} tokens was given {} after {}</source>
        <translation>декодеру на {} токенов дано {} после {}</translation>
    </message>
    <message>
        <source>a decoder of {} tokens was given one more</source>
        <translation>декодеру на {} токенов дан ещё один</translation>
    </message>
    <message>
        <source>device {}: no CUDA device found{}</source>
        <translation>устройство {}: устройств CUDA не найдено{}</translation>
    </message>
    <message>
        <source>device {}: {} CUDA device{} found{}</source>
        <translation>устройство {}: найдено {} устройств{} CUDA{}</translation>
    </message>
    <message>
        <source>float16 does not compute on the CPU; use --dtype bfloat16 or float32</source>
        <translation>float16 на процессоре не вычисляется; выберите --dtype bfloat16 или float32</translation>
    </message>
    <message>
        <source>&quot;{}&quot; is not a dtype; choose auto, float32, bfloat16 or float16</source>
        <translation>&quot;{}&quot; — не тип чисел; выберите auto, float32, bfloat16 или float16</translation>
    </message>
    <message>
        <source>not enough memory; close other programs, set --memory_limit lower, use a smaller --window or --dtype bfloat16 ({})</source>
        <translation>не хватает памяти; закройте другие программы, уменьшите --memory_limit или --window или выберите --dtype bfloat16 ({})</translation>
    </message>
    <message>
        <source>CUDA kernel {}: {}; use --device cpu, or update the driver</source>
        <translation>ядро CUDA {}: {}; выберите --device cpu или обновите драйвер</translation>
    </message>
    <message>
        <source>not enough memory for the copies to the GPU ({}); close other programs</source>
        <translation>не хватает памяти для копирования в GPU ({}); закройте другие программы</translation>
    </message>
    <message>
        <source>CUDA: {} ({}); use --device cpu, or update the driver</source>
        <translation>CUDA: {} ({}); выберите --device cpu или обновите драйвер</translation>
    </message>
    <message>
        <source>the GPU does not tell its memory ({}); use --device cpu</source>
        <translation>GPU не сообщает, сколько у него памяти ({}); выберите --device cpu</translation>
    </message>
    <message>
        <source>{}: Headscope's compute engine is not there; install Headscope whole or set the variable HEADSCOPE_MODULES to the folder that holds it</source>
        <translation>{}: вычислительного модуля Headscope здесь нет; установите Headscope целиком или укажите папку с ним в переменной HEADSCOPE_MODULES</translation>
    </message>
    <message>
        <source>{}: Headscope's compute engine cannot be loaded ({}); it needs libtorch {}, which the variable HEADSCOPE_TORCH may name</source>
        <translation>{}: вычислительный модуль Headscope не загружается ({}); ему нужна libtorch {}, её можно указать в переменной HEADSCOPE_TORCH</translation>
    </message>
    <message>
        <source>{}: no torch is there; name the folder torch of a Python environment, or the environment, in HEADSCOPE_TORCH</source>
        <translation>{}: torch здесь нет; укажите в HEADSCOPE_TORCH папку torch окружения Python или само окружение</translation>
    </message>
    <message>
        <source>{}: this torch is {}, and this Headscope needs {}; pip install 'torch=={}.*'</source>
        <translation>{}: версия torch здесь {}, а этой сборке Headscope нужна {}; pip install 'torch=={}.*'</translation>
    </message>
    <message>
        <source>{}: cannot be loaded ({}); pip install --force-reinstall torch</source>
        <translation>{}: не загружается ({}); pip install --force-reinstall torch</translation>
    </message>
    <message>
        <source>{}: this module belongs to another version of Headscope; install Headscope anew</source>
        <translation>{}: этот модуль от другой версии Headscope; установите Headscope заново</translation>
    </message>
    <message>
        <source>layer {} was asked for, but layer {} was read</source>
        <translation>запрошен слой {}, а прочитан слой {}</translation>
    </message>
    <message>
        <source>{}: the manifest's &quot;{}&quot; is missing or of the wrong type</source>
        <translation>{}: &quot;{}&quot; в manifest отсутствует или другого типа</translation>
    </message>
    <message>
        <source>{}: written by a newer Headscope (format {}, this one reads {})</source>
        <translation>{}: записан более новым Headscope (формат {}, здесь читается {})</translation>
    </message>
    <message>
        <source>{}: the manifest has no seeds</source>
        <translation>{}: в manifest нет seeds</translation>
    </message>
    <message>
        <source>{}: not a results file of Headscope: &quot;{}&quot; {}</source>
        <translation>{}: это не файл результатов Headscope: &quot;{}&quot; {}</translation>
    </message>
    <message>
        <source>{}: cannot be made a folder for results ({})</source>
        <translation>{}: не может стать папкой результатов ({})</translation>
    </message>
    <message>
        <source>{}: these results were made with other settings ({}); choose another --output_dir, or --force to replace them</source>
        <translation>{}: эти результаты получены с другими настройками ({}); выберите другую --output_dir или --force, чтобы заменить их</translation>
    </message>
    <message>
        <source>no threshold is given; use --thresholds</source>
        <translation>не указан ни один порог; задайте --thresholds</translation>
    </message>
    <message>
        <source>&quot;{}&quot; is no measure; choose one of: {}</source>
        <translation>&quot;{}&quot; — не мера; выберите одну из: {}</translation>
    </message>
    <message>
        <source>layer {} does not exist: the model has the layers 0 to {}</source>
        <translation>слоя {} нет: в модели слои от 0 до {}</translation>
    </message>
    <message>
        <source>{}: element {} is {}; heads with such weights cannot be compared: is the file damaged?</source>
        <translation>{}: элемент {} равен {}; головы с такими весами не сравнить: не повреждён ли файл?</translation>
    </message>
    <message>
        <source>{}: merge {} needs the token &quot;{}&quot;, which the vocabulary does not have; the file is damaged</source>
        <translation>{}: слияние {} требует токен &quot;{}&quot;, которого нет в словаре; файл повреждён</translation>
    </message>
    <message>
        <source>a text of {} bytes is more than the {} that a tokenizer can take; use a shorter one</source>
        <translation>текст из {} байт больше {}, доступных токенизатору; возьмите короче</translation>
    </message>
    <message>
        <source>a text that is not UTF-8 at byte {} cannot be tokenized; convert it</source>
        <translation>текст, который не UTF-8 в байте {}, нельзя разбить на токены; преобразуйте его</translation>
    </message>
    <message>
        <source>{}: {} &quot;{}&quot; is not one that this version of Headscope reads; choose a model with another tokenizer</source>
        <translation>{}: {} &quot;{}&quot; эта версия Headscope не читает; выберите модель с другим токенизатором</translation>
    </message>
    <message>
        <source>{}: the post_processor puts {} tokens in front of a text, and this version of Headscope one at most; choose a model with another tokenizer</source>
        <translation>{}: post_processor ставит перед текстом {} токенов, а эта версия Headscope — не больше одного; выберите модель с другим токенизатором</translation>
    </message>
    <message>
        <source>{}: {} has no &quot;{}&quot;; the file is damaged</source>
        <translation>{}: в {} нет &quot;{}&quot;; файл повреждён</translation>
    </message>
    <message>
        <source>{}: {} is not {}; the file is damaged</source>
        <translation>{}: {} — не {}; файл повреждён</translation>
    </message>
    <message>
        <source>{}: not valid JSON ({}); the file is damaged</source>
        <translation>{}: недопустимый JSON ({}); файл повреждён</translation>
    </message>
    <message>
        <source>{}: the token &quot;{}&quot; stands twice in {}</source>
        <translation>{}: токен &quot;{}&quot; встречается дважды в {}</translation>
    </message>
    <message>
        <source>a text that is not UTF-8 reached the tokenizer</source>
        <translation>до токенизатора дошёл текст, который не UTF-8</translation>
    </message>
    <message>
        <source>U+{:04X} cannot be decomposed</source>
        <translation>U+{:04X} нельзя разложить</translation>
    </message>
    <message>
        <source>{}: the normalizer makes more than {} bytes of a text of {}; use another tokenizer</source>
        <translation>{}: нормализация делает больше {} байт из текста в {}; возьмите другой токенизатор</translation>
    </message>
    <message>
        <source>{}: only the pointer of Git LFS to the file; run `git lfs pull` in its folder</source>
        <translation>{}: только указатель Git LFS на файл; выполните `git lfs pull` в его папке</translation>
    </message>
    <message>
        <source>{}: neither a SentencePiece model nor a tiktoken rank file; it is damaged, download it again</source>
        <translation>{}: ни модель SentencePiece, ни файл рангов tiktoken; он повреждён, получите его заново</translation>
    </message>
    <message>
        <source>{}: a vocabulary without the merges.txt that belongs to it; put the model's tokenizer.json, or that file, beside it</source>
        <translation>{}: словарь без merges.txt, который к нему относится; положите рядом этот файл или tokenizer.json модели</translation>
    </message>
    <message>
        <source>{}: a tekken tokenizer, which this version of Headscope does not read; put the tokenizer.json of the same model beside it</source>
        <translation>{}: токенизатор tekken, который эта версия Headscope не читает; положите рядом tokenizer.json той же модели</translation>
    </message>
    <message>
        <source>{}: no tokenizer in this folder (no tokenizer.json and no tokenizer.model); put the tokenizer's file beside the model's config.json</source>
        <translation>{}: в этой папке нет токенизатора (ни tokenizer.json, ни tokenizer.model); положите файл токенизатора рядом с config.json модели</translation>
    </message>
    <message>
        <source>{}: no line for the byte 0x{:02X}; the file is cut short, download it again</source>
        <translation>{}: нет строки для байта 0x{:02X}; файл обрезан, получите его заново</translation>
    </message>
    <message>
        <source>{}: line {} does not begin with bytes in base64</source>
        <translation>{}: строка {} не начинается с байтов в base64</translation>
    </message>
    <message>
        <source>{}: line {} does not end with a rank, 0 to 2147483647</source>
        <translation>{}: строка {} не кончается рангом от 0 до 2147483647</translation>
    </message>
    <message>
        <source>{}: the token of line {} stands in an earlier line too</source>
        <translation>{}: токен строки {} уже встречался раньше</translation>
    </message>
    <message>
        <source>{}: line {} has the rank {}, but {} tokens must have the ranks 0 to {}; the file is damaged</source>
        <translation>{}: в строке {} ранг {}, а у {} токенов должны быть ранги от 0 до {}; файл повреждён</translation>
    </message>
    <message>
        <source>{}: the rank {} of line {} stands in line {} too</source>
        <translation>{}: ранг {} строки {} есть и в строке {}</translation>
    </message>
    <message>
        <source>{}: the regular expression &quot;{}&quot; is not valid at byte {} ({}); the file is damaged</source>
        <translation>{}: регулярное выражение &quot;{}&quot; неверно в байте {} ({}); файл повреждён</translation>
    </message>
    <message>
        <source>{}: the regular expression &quot;{}&quot; takes too long or too much memory at byte {} of a text ({}); use another text or tokenizer</source>
        <translation>{}: регулярное выражение &quot;{}&quot; требует слишком много времени или памяти в байте {} текста ({}); возьмите другой текст или токенизатор</translation>
    </message>
    <message>
        <source>{}: the regular expression &quot;{}&quot; has &quot;{}&quot;, which libraries read in different ways; this version of Headscope cannot use the tokenizer</source>
        <translation>{}: в регулярном выражении &quot;{}&quot; есть &quot;{}&quot;, что библиотеки понимают по-разному; эта версия Headscope не может использовать этот токенизатор</translation>
    </message>
    <message>
        <source>a sanitizer build cannot run SentencePiece beside libtorch; take the ids from the token cache, which the program test_tokenizer fills</source>
        <translation>сборка с санитайзером не может запустить SentencePiece рядом с libtorch; возьмите номера из кэша токенов, который заполняет программа test_tokenizer</translation>
    </message>
    <message>
        <source>{}: Headscope's SentencePiece module is not there; install Headscope whole or set the variable HEADSCOPE_MODULES to the folder that holds it</source>
        <translation>{}: модуля SentencePiece для Headscope здесь нет; установите Headscope целиком или укажите папку с ним в переменной HEADSCOPE_MODULES</translation>
    </message>
    <message>
        <source>{}: Headscope's SentencePiece module cannot be loaded ({}); install libsentencepiece, or Headscope anew</source>
        <translation>{}: модуль SentencePiece для Headscope не загружается ({}); установите libsentencepiece или Headscope заново</translation>
    </message>
    <message>
        <source>{}: SentencePiece refuses this model ({}); it is damaged, download it again</source>
        <translation>{}: SentencePiece не принимает эту модель ({}); она повреждена, получите её заново</translation>
    </message>
    <message>
        <source>a text of {} bytes is more than the {} that SentencePiece can take; use a shorter one</source>
        <translation>текст из {} байт больше {}, доступных SentencePiece; возьмите короче</translation>
    </message>
    <message>
        <source>{}: SentencePiece could not encode the text ({})</source>
        <translation>{}: SentencePiece не смог закодировать текст ({})</translation>
    </message>
    <message>
        <source>{}: a SentencePiece model that is cut short or damaged; download it again</source>
        <translation>{}: модель SentencePiece обрезана или повреждена; получите её заново</translation>
    </message>
    <message>
        <source>{}: a tokenizer of type {}, which this version of Headscope does not read (only BPE); choose another model, or put its SentencePiece tokenizer.model beside it</source>
        <translation>{}: токенизатор типа {}, который эта версия Headscope не читает (только BPE); выберите другую модель или положите рядом её tokenizer.model для SentencePiece</translation>
    </message>
    <message>
        <source>{}: model.dropout makes the ids random; remove it from the file</source>
        <translation>{}: model.dropout делает номера случайными; удалите его из файла</translation>
    </message>
    <message>
        <source>{}: model.{} is not something that this version of Headscope reads; choose a model with another tokenizer</source>
        <translation>{}: model.{} эта версия Headscope не читает; выберите модель с другим токенизатором</translation>
    </message>
    <message>
        <source>{}: the vocabulary does not have the unk_token &quot;{}&quot;; the file is damaged</source>
        <translation>{}: в словаре нет unk_token &quot;{}&quot;; файл повреждён</translation>
    </message>
    <message>
        <source>{}: not UTF-8 at byte {}; the file is damaged</source>
        <translation>{}: не UTF-8 в байте {}; файл повреждён</translation>
    </message>
    <message>
        <source>{}: line {} is not two tokens with a space between</source>
        <translation>{}: строка {} — не два токена через пробел</translation>
    </message>
    <message>
        <source>{}: these two files do not say how text is cut into words, and Headscope knows it for the classes GPT2Tokenizer and Qwen2Tokenizer only, not for &quot;{}&quot; (tokenizer_class in tokenizer_config.json); put the model's tokenizer.json beside them</source>
        <translation>{}: эти два файла не говорят, как делить текст на слова, а Headscope знает это только для классов GPT2Tokenizer и Qwen2Tokenizer, но не для &quot;{}&quot; (tokenizer_class в tokenizer_config.json); положите рядом tokenizer.json модели</translation>
    </message>
    <message>
        <source>{}: the calibration text lies in {}, on which results are judged; a measure must not have seen it: give another --calibration or another --corpus</source>
        <translation>{}: текст калибровки содержится в {}, по которому оцениваются результаты; мера не должна его видеть: задайте другой --calibration или другой --corpus</translation>
    </message>
    <message>
        <source>{}: the calibration text holds {}, on which results are judged; a measure must not have seen it: give another --calibration or another --corpus</source>
        <translation>{}: текст калибровки содержит {}, по которому оцениваются результаты; мера не должна его видеть: задайте другой --calibration или другой --corpus</translation>
    </message>
    <message>
        <source>the attention of layer {} is not a number in {}: values overflow; use --dtype float32</source>
        <translation>внимание слоя {} — не число в {}: значения переполняются; выберите --dtype float32</translation>
    </message>
    <message>
        <source>layer {}: the squares of the weights leave the range of float32; use --device cpu</source>
        <translation>слой {}: квадраты весов выходят за пределы float32; выберите --device cpu</translation>
    </message>
    <message>
        <source>the measure {} was given no text</source>
        <translation>мере {} не дан текст</translation>
    </message>
    <message>
        <source>the measure {} needs the model to run; weights alone do not tell</source>
        <translation>для меры {} модель должна работать; по одним весам её не вычислить</translation>
    </message>
    <message>
        <source>a comparison with predictions that are kept works in one process alone; start one</source>
        <translation>сравнение с сохранёнными предсказаниями работает только в одном процессе; запустите один</translation>
    </message>
    <message>
        <source>predictions of a file are either read or written</source>
        <translation>предсказания файла либо читаются, либо записываются</translation>
    </message>
    <message>
        <source>{}: bos_token_id is missing, with which a rolling text begins; add it to the config</source>
        <translation>{}: нет bos_token_id, с которого начинается текст; добавьте его в конфигурацию</translation>
    </message>
    <message>
        <source>window {} has no predictions to compare with</source>
        <translation>для окна {} нет предсказаний для сравнения</translation>
    </message>
    <message>
        <source>{}: no file of log-probabilities; llama-perplexity --save-all-logits or headscope evaluate --save_logits makes one</source>
        <translation>{}: не файл логарифмов вероятностей; его создаёт llama-perplexity --save-all-logits или headscope evaluate --save_logits</translation>
    </message>
    <message>
        <source>{}: {} windows of {} tokens and a vocabulary of {} do not fit its {} bytes; it is cut short or damaged, make it again</source>
        <translation>{}: {} окон по {} токенов и словарь из {} не помещаются в его {} байт; файл обрезан или повреждён, создайте его снова</translation>
    </message>
    <message>
        <source>{}: a file of log-probabilities holds the predictions of protocol llama.cpp; choose that one</source>
        <translation>{}: файл логарифмов вероятностей содержит предсказания протокола llama.cpp; выберите его</translation>
    </message>
    <message>
        <source>{}: could not be written ({}); make room or choose another place</source>
        <translation>{}: записать не удалось ({}); освободите место или выберите другое</translation>
    </message>
    <message>
        <source>{}: cannot be written to ({}); choose a folder that can</source>
        <translation>{}: сюда нельзя записать ({}); выберите папку, в которую можно</translation>
    </message>
    <message>
        <source>{}: a file is there already; choose another folder</source>
        <translation>{}: файл уже есть; выберите другую папку</translation>
    </message>
    <message>
        <source>{}: this folder is not empty; choose another, or replace it with --force</source>
        <translation>{}: эта папка не пуста; выберите другую или замените её с --force</translation>
    </message>
    <message>
        <source>{}: there are folders in it, which would be lost; remove it yourself or choose another folder</source>
        <translation>{}: в ней есть папки, которые пропали бы; удалите её сами или выберите другую</translation>
    </message>
    <message>
        <source>{} is only read where model_type begins with {}; take the config.json that belongs to the model</source>
        <translation>{} читается только там, где model_type начинается с {}; возьмите config.json этой модели</translation>
    </message>
    <message>
        <source>{}: the entry of layer {} must be [heads, kv_heads], of which the second divides the first, and at most [{}, {}]</source>
        <translation>{}: запись слоя {} должна быть [heads, kv_heads], где второе делит первое, и не больше [{}, {}]</translation>
    </message>
    <message>
        <source>{} bytes of a safetensors file were written, not {}</source>
        <translation>записано {} байт файла safetensors, а не {}</translation>
    </message>
    <message>
        <source>--align activations: the calibration is missing or of another model</source>
        <translation>--align activations: калибровки нет, или она другой модели</translation>
    </message>
    <message>
        <source>&quot;{}&quot; is not an alignment; choose none, weights or activations</source>
        <translation>&quot;{}&quot; — не выравнивание; выберите none, weights или activations</translation>
    </message>
    <message>
        <source>--weights usage: the calibration tells of {} heads, and the layer has {}</source>
        <translation>--weights usage: в калибровке {} голов, а в слое {}</translation>
    </message>
    <message>
        <source>&quot;{}&quot; does not begin with a layer; give layers with thresholds, such as 3:0.98,7:0.91 or 0-3:0.98</source>
        <translation>&quot;{}&quot; не начинается со слоя; укажите слои с порогами, например 3:0.98,7:0.91 или 0-3:0.98</translation>
    </message>
    <message>
        <source>&quot;{}&quot; does not end with a similarity from -1 to 1; give layers with thresholds, such as 3:0.98,7:0.91</source>
        <translation>&quot;{}&quot; не кончается сходством от -1 до 1; укажите слои с порогами, например 3:0.98,7:0.91</translation>
    </message>
    <message>
        <source>&quot;{}&quot; is not a layer with its threshold; give a list such as 3:0.98,7:0.91</source>
        <translation>&quot;{}&quot; — не слой с порогом; укажите список, например 3:0.98,7:0.91</translation>
    </message>
    <message>
        <source>layer {} has two thresholds; give it one</source>
        <translation>у слоя {} два порога; укажите один</translation>
    </message>
    <message>
        <source>&quot;{}&quot; is not a way to weight heads; choose plain, norm or usage</source>
        <translation>&quot;{}&quot; — не способ взвешивать головы; выберите plain, norm или usage</translation>
    </message>
    <message>
        <source>{} needs the figures of a calibration text, and there are none for layer {}</source>
        <translation>{}: нужны данные калибровочного текста, а для слоя {} их нет</translation>
    </message>
    <message>
        <source>{}: the search&apos;s &quot;{}&quot; is missing or of the wrong type</source>
        <translation>{}: в данных о поиске нет &quot;{}&quot; или это значение не того типа</translation>
    </message>
    <message>
        <source>layer {} has a threshold but is not among the layers that may be merged</source>
        <translation>у слоя {} есть порог, но он не среди слоёв, которые можно объединять</translation>
    </message>
    <message>
        <source>{}: the model itself is there ({}); choose another folder</source>
        <translation>{}: здесь сама модель ({}); выберите другую папку</translation>
    </message>
    <message>
        <source>no layer has a pair at its threshold, so there is no merged model to save; lower the thresholds</source>
        <translation>ни в одном слое нет пары с его порогом, поэтому объединённой модели нет; понизьте пороги</translation>
    </message>
    <message>
        <source>threshold {} merges nothing, so there is no merged model to save; lower it</source>
        <translation>порог {} ничего не объединяет, поэтому объединённой модели нет; понизьте его</translation>
    </message>
    <message>
        <source>{}: a model of type {} cannot be saved, because its experts are stacked in a way that is only read; save the plan and apply it when you open the model</source>
        <translation>{}: модель типа {} нельзя сохранить, потому что её эксперты уложены так, что их можно только прочитать; сохраните план и применяйте его при открытии модели</translation>
    </message>
    <message>
        <source>{}: llama_4_scaling_beta needs original_max_position_embeddings beside it</source>
        <translation>{}: для llama_4_scaling_beta рядом нужен original_max_position_embeddings</translation>
    </message>
    <message>
        <source>no head can be removed from {} ({}{}); save the merged model without --compact</source>
        <translation>из {} нельзя удалить ни одной головы ({}{}); сохраните объединённую модель без --compact</translation>
    </message>
    <message>
        <source>{}: the model takes {} MB, but only {} MB are free there; make room or choose another disk</source>
        <translation>{}: модель занимает {} МБ, а свободно там только {} МБ; освободите место или выберите другой диск</translation>
    </message>
    <message>
        <source>{}: cannot be read, so it cannot be copied</source>
        <translation>{}: не читается, поэтому его нельзя скопировать</translation>
    </message>
    <message>
        <source>{}: the free space cannot be told ({})</source>
        <translation>{}: нельзя узнать, сколько свободно места ({})</translation>
    </message>
    <message>
        <source>{}: cannot be listed ({}); give the folder of a batch</source>
        <translation>{}: не перечислить файлы ({}); укажите папку с результатами</translation>
    </message>
    <message>
        <source>&quot;{}&quot; is no budget: it could be a share or a percentage; write {}% or {:g}%</source>
        <translation>&quot;{}&quot; — не бюджет: это может быть доля или процент; напишите {}% или {:g}%</translation>
    </message>
    <message>
        <source>&quot;{}&quot; is no budget; give a percentage such as 1% or 0.5%</source>
        <translation>&quot;{}&quot; — не бюджет; укажите процент, например 1% или 0.5%</translation>
    </message>
    <message>
        <source>&quot;{}&quot; is no budget: perplexity must be allowed to rise by more than 0% and at most {:g}%</source>
        <translation>&quot;{}&quot; — не бюджет: перплексии должно быть позволено расти больше чем на 0% и не больше чем на {:g}%</translation>
    </message>
    <message>
        <source>&quot;{}&quot; is nothing to gain; choose one of: {}</source>
        <translation>&quot;{}&quot; нельзя увеличивать; выберите одно из: {}</translation>
    </message>
    <message>
        <source>&quot;{}&quot; is no way to choose pairs; choose one of: {}</source>
        <translation>&quot;{}&quot; — не способ выбирать пары; выберите один из: {}</translation>
    </message>
    <message>
        <source>no measure is given to choose pairs by; use --measure</source>
        <translation>не указана мера, по которой выбирать пары; укажите --measure</translation>
    </message>
    <message>
        <source>--pairs: give 1 or more</source>
        <translation>--pairs: укажите 1 или больше</translation>
    </message>
    <message>
        <source>--probe_windows: give 1 or more</source>
        <translation>--probe_windows: укажите 1 или больше</translation>
    </message>
    <message>
        <source>{}: is there already; choose another --output, or --force to replace it</source>
        <translation>{}: уже существует; выберите другой --output или --force, чтобы заменить его</translation>
    </message>
    <message>
        <source>the budget must be more than 0%</source>
        <translation>бюджет должен быть больше 0%</translation>
    </message>
    <message>
        <source>--candidates: give 1 or more</source>
        <translation>--candidates: укажите 1 или больше</translation>
    </message>
    <message>
        <source>journal: a row that is no score</source>
        <translation>журнал: строка, которая не оценка</translation>
    </message>
    <message>
        <source>{}: this search was made with other settings ({}); choose another --output_dir, or --force to replace it</source>
        <translation>{}: этот поиск сделан с другими настройками ({}); выберите другую --output_dir или --force, чтобы заменить его</translation>
    </message>
    <message>
        <source>{}: not the file of a search; choose another --output_dir</source>
        <translation>{}: это не файл поиска; выберите другую --output_dir</translation>
    </message>
    <message>
        <source>&quot;{}&quot; is not a layer; give numbers and ranges such as 0,3,8-15</source>
        <translation>&quot;{}&quot; — не слой; укажите числа и диапазоны, например 0,3,8-15</translation>
    </message>
    <message>
        <source>the range {} of layers runs backwards</source>
        <translation>диапазон слоёв {} идёт задом наперёд</translation>
    </message>
    <message>
        <source>{}: {} snapshots, and refs/main names none of them; choose one of the folders in {}</source>
        <translation>{}: снимков: {}, и refs/main не называет ни одного из них; выберите одну из папок в {}</translation>
    </message>
    <message>
        <source>{}: {}</source>
        <translation>{}: {}</translation>
    </message>
    <message>
        <source>{}: a web page, not the file itself (a login or an error page was saved); download the file again</source>
        <translation>{}: веб-страница, а не сам файл (сохранилась страница входа или ошибки); скачайте файл заново</translation>
    </message>
    <message>
        <source>{}: a JSON text, not the file itself ({}); it may be an error message of the download: read it, then download the file again</source>
        <translation>{}: текст JSON, а не сам файл ({}); возможно, это сообщение об ошибке загрузки: прочтите его и скачайте файл заново</translation>
    </message>
    <message>
        <source>{}: tensor {} is missing; if the embeddings are the model's head as well, set tie_word_embeddings to true in {}, otherwise download the files that hold it</source>
        <translation>{}: нет тензора {}; если эмбеддинги служат и выходным слоем, задайте tie_word_embeddings true в {}, иначе скачайте файлы, в которых он лежит</translation>
    </message>
    <message>
        <source>{}: tensor {} is missing, but {} asks for it; do all files of the model lie here?</source>
        <translation>{}: нет тензора {}, хотя его требует {}; все ли файлы модели лежат здесь?</translation>
    </message>
    <message>
        <source>{}: tensor {}{} has the shape [{}], but {} asks for [{}]; do both belong to the same model?</source>
        <translation>{}: тензор {}{} имеет форму [{}], а {} требует [{}]; относятся ли оба к одной модели?</translation>
    </message>
    <message>
        <source>{}: it holds an adapter that is not merged into the weights ({}); merge it first (peft: merge_and_unload(), save_pretrained()), or allow unused tensors to run the model without it</source>
        <translation>{}: здесь адаптер, не слитый с весами ({}); сначала слейте его (peft: merge_and_unload(), save_pretrained()) или разрешите неиспользуемые тензоры, чтобы запустить модель без него</translation>
    </message>
    <message>
        <source>{}: it holds tensors that a model of type {} with this config does not use, and that would change what its layers compute ({}); check the config, or allow unused tensors to run the model without them</source>
        <translation>{}: здесь есть тензоры, которых модель типа {} с этой конфигурацией не использует и которые изменили бы вычисления слоёв ({}); проверьте конфигурацию или разрешите неиспользуемые тензоры, чтобы запустить модель без них</translation>
    </message>
    <message>
        <source>{}: an adapter{}, which is no model of its own; merge it into its base and save that (peft: merge_and_unload(), save_pretrained())</source>
        <translation>{}: адаптер{}, а не самостоятельная модель; слейте его с основой и сохраните её (peft: merge_and_unload(), save_pretrained())</translation>
    </message>
    <message>
        <source>{}: a config.json without weights; download model.safetensors, or the index and its shards, as well</source>
        <translation>{}: config.json без весов; скачайте и model.safetensors или индекс с его частями</translation>
    </message>
    <message>
        <source>{} must be {}; the file is damaged or of a newer kind</source>
        <translation>{}: здесь должно быть {}; файл повреждён или нового вида</translation>
    </message>
    <message>
        <source>{} is {}, but must be from 1 to {}</source>
        <translation>{}: {}, а должно быть от 1 до {}</translation>
    </message>
    <message>
        <source>{} is missing; the file is damaged, or was made by an old converter: download it again or convert the model again</source>
        <translation>{} отсутствует; файл повреждён или создан старым конвертером: скачайте его заново или преобразуйте модель ещё раз</translation>
    </message>
    <message>
        <source>{}: a mixture of experts is not supported in GGUF files</source>
        <translation>{}: смесь экспертов в файлах GGUF не поддерживается</translation>
    </message>
    <message>
        <source>{} has {} entries, but the model {} layers</source>
        <translation>{}: записей {}, а слоёв в модели {}</translation>
    </message>
    <message>
        <source>{}: layers whose feed-forward parts have different widths are not supported</source>
        <translation>{}: слои с полносвязной частью разной ширины не поддерживаются</translation>
    </message>
    <message>
        <source>{}: tensor {} has values that {} cannot hold; choose another type of weights, such as bf16</source>
        <translation>{}: в тензоре {} есть значения, которые {} не вмещает; выберите другой тип весов, например bf16</translation>
    </message>
    <message>
        <source>&quot;{}&quot; is no format of an export; choose hf or gguf</source>
        <translation>«{}» — не формат экспорта; выберите hf или gguf</translation>
    </message>
    <message>
        <source>&quot;{}&quot; is no type of weights in GGUF; choose auto, f32, f16, bf16, q8_0 or keep</source>
        <translation>«{}» — не тип весов GGUF; выберите auto, f32, f16, bf16, q8_0 или keep</translation>
    </message>
    <message>
        <source>{}: a GGUF file cannot hold this model: {}; write it in Hugging Face's layout instead</source>
        <translation>{}: файл GGUF не может содержать эту модель: {}; запишите её в формате Hugging Face</translation>
    </message>
    <message>
        <source>{}: a tokenizer of the kind &quot;{}&quot; (tokenizer.ggml.model), which this version of Headscope does not write; export the model as GGUF</source>
        <translation>{}: токенизатор вида «{}» (tokenizer.ggml.model) эта версия Headscope не записывает; экспортируйте модель в GGUF</translation>
    </message>
    <message>
        <source>{}: this tokenizer cannot be written into a GGUF file: {}; write the model in Hugging Face's layout instead</source>
        <translation>{}: этот токенизатор нельзя записать в файл GGUF: {}; запишите модель в формате Hugging Face</translation>
    </message>
    <message>
        <source>{}: token &quot;{}&quot; has the id {}, but the model has {} tokens; do both belong to the same model?</source>
        <translation>{}: у токена «{}» номер {}, а токенов в модели {}; относятся ли они к одной модели?</translation>
    </message>
    <message>
        <source>{}: the SentencePiece model is cut short or damaged; download it again</source>
        <translation>{}: модель SentencePiece обрезана или повреждена; загрузите её снова</translation>
    </message>
    <message>
        <source>{}: layer {} has {} heads and {} KV heads; layers that have one without the other are not supported</source>
        <translation>{}: в слое {} голов {}, а KV-голов {}; слои, где есть только одно из двух, не поддерживаются</translation>
    </message>
    <message>
        <source>more bytes of a GGUF file were written than its tensors have</source>
        <translation>в файл GGUF записано больше байтов, чем занимают его тензоры</translation>
    </message>
    <message>
        <source>{} tensors of a GGUF file were written, not {}</source>
        <translation>записано тензоров файла GGUF: {}, а не {}</translation>
    </message>
    <message>
        <source>{}: &quot;{}&quot; is no layer; the model has {}</source>
        <translation>{}: «{}» — не слой; слоёв в модели {}</translation>
    </message>
    <message>
        <source>{} is not supported; layers may differ in num_attention_heads, num_key_value_heads and skip</source>
        <translation>{} не поддерживается; слои могут различаться в num_attention_heads, num_key_value_heads и skip</translation>
    </message>
    <message>
        <source>{}: layer {} has {} heads and {} KV heads, of which the second must divide the first; at most {} and {}</source>
        <translation>{}: в слое {} голов {}, а KV-голов {}; первое число должно делиться на второе; не более {} и {}</translation>
    </message>
    <message>
        <source>{} and {} exclude each other; take the config.json that belongs to the model</source>
        <translation>{} и {} исключают друг друга; возьмите config.json этой модели</translation>
    </message>
    <message>
        <source>{} is {}, but {} is {}: they must be equal</source>
        <translation>{}: {}, но {}: {}; они должны быть равны</translation>
    </message>
    <message>
        <source>{} is {}, but a head has {}: partial rotary embedding is not supported in GGUF files</source>
        <translation>{}: {}, а у головы {}: частичное вращение в файлах GGUF не поддерживается</translation>
    </message>
    <message>
        <source>{} "{}" is not supported; supported: none, linear, yarn</source>
        <translation>{}: «{}» не поддерживается; поддерживаются none, linear, yarn</translation>
    </message>
    <message>
        <source>{}: rope_freqs.weight holds rotary factors of another rule than llama3's (factor {} is {}, not {:.6g})</source>
        <translation>{}: множители в rope_freqs.weight посчитаны не по правилу llama3 (множитель {} равен {}, а не {:.6g})</translation>
    </message>
    <message>
        <source>{}: GGUF of version 1, which was in use for some weeks of 2023; download a newer file of the same model</source>
        <translation>{}: GGUF версии 1, которой пользовались несколько недель в 2023 году; скачайте более новый файл той же модели</translation>
    </message>
    <message>
        <source>{}: a GGUF file for big-endian machines; take the one for the others</source>
        <translation>{}: файл GGUF для машин с обратным порядком байтов; возьмите обычный</translation>
    </message>
    <message>
        <source>{}: GGUF of version {}; supported: 2, 3</source>
        <translation>{}: GGUF версии {}; поддерживаются 2 и 3</translation>
    </message>
    <message>
        <source>{}: tensor {} has the type {}, which is not known; it was dropped from the format, or is newer than this program</source>
        <translation>{}: тензор {} имеет неизвестный тип {}; он исключён из формата или новее этой программы</translation>
    </message>
    <message>
        <source>{} is {}, but must be a power of two; the file is damaged</source>
        <translation>{}: {}, а должна быть степень двойки; файл повреждён</translation>
    </message>
    <message>
        <source>{}: {} models in GGUF files ({}); choose one of the files</source>
        <translation>{}: моделей в файлах GGUF: {} ({}); выберите один из файлов</translation>
    </message>
    <message>
        <source>{} is missing; is this a file of a language model?</source>
        <translation>{} отсутствует; это файл языковой модели?</translation>
    </message>
    <message>
        <source>{} is {}, but {} files are here; give the parts their names ...-00001-of-{:05}.gguf back, and put all of them into one folder</source>
        <translation>{}: {}, а файлов здесь {}; верните частям имена ...-00001-of-{:05}.gguf и положите все в одну папку</translation>
    </message>
    <message>
        <source>{}: the model is split among {} files, of which {} is missing; download it as well</source>
        <translation>{}: модель разделена на файлы ({}), из которых нет {}; скачайте и его</translation>
    </message>
    <message>
        <source>{}: holds no tensors but a dictionary "{}"; it is a training checkpoint: save the model's state_dict alone</source>
        <translation>{}: здесь нет тензоров, только словарь «{}»; это состояние обучения: сохраните отдельно state_dict модели</translation>
    </message>
    <message>
        <source>{}: holds no tensors; choose a file that holds the model's weights</source>
        <translation>{}: здесь нет тензоров; выберите файл с весами модели</translation>
    </message>
    <message>
        <source>tensor {}: {} is missing or no size of a block</source>
        <translation>тензор {}: {} отсутствует или не годится как размер блока</translation>
    </message>
    <message>
        <source>quantization_config.bits {} is not supported for AWQ, only 4</source>
        <translation>quantization_config.bits {} для AWQ не поддерживается, только 4</translation>
    </message>
    <message>
        <source>quantization_config.bits {} is not supported for GPTQ; supported: 2, 4, 8</source>
        <translation>quantization_config.bits {} для GPTQ не поддерживается; поддерживаются 2, 4, 8</translation>
    </message>
    <message>
        <source>tensor {}{} is missing, without which the quantized weight cannot be read; do all files of the model lie here?</source>
        <translation>нет тензора {}{}, без которого квантованный вес не прочитать; все ли файлы модели лежат здесь?</translation>
    </message>
    <message>
        <source>{}: tensor {} has the dtype {}, but {} is what this quantization has there</source>
        <translation>{}: тензор {} имеет тип {}, а у этой квантизации там {}</translation>
    </message>
    <message>
        <source>{}: tensor {} has the shape [{}], which does not fit the other pieces of the quantized weight; do all belong to the same model?</source>
        <translation>{}: тензор {} имеет форму [{}], которая не подходит к другим частям квантованного веса; относятся ли все к одной модели?</translation>
    </message>
    <message>
        <source>{} must be an object, but is a JSON {}</source>
        <translation>{}: здесь должен быть объект, а не JSON {}</translation>
    </message>
    <message>
        <source>{} is not known; a quantized model is read only where every field is</source>
        <translation>{}: неизвестное поле; квантованная модель читается, только если известны все поля</translation>
    </message>
    <message>
        <source>{} must be {}</source>
        <translation>{}: здесь должно быть {}</translation>
    </message>
    <message>
        <source>{} differs among the groups, which is not supported</source>
        <translation>{}: в группах разные значения, это не поддерживается</translation>
    </message>
    <message>
        <source>{}: weights of {} bits are not supported; supported: 2, 4, 8</source>
        <translation>{}: веса по {} бит не поддерживаются; поддерживаются 2, 4, 8</translation>
    </message>
    <message>
        <source>{}: tensor {} is a piece of a quantized weight, but {} has no quantization_config that says how to read it; take the config.json that belongs to these files</source>
        <translation>{}: тензор {} — часть квантованного веса, но в {} нет quantization_config, который говорит, как его читать; возьмите config.json от этих файлов</translation>
    </message>
    <message>
        <source>{}: not valid JSON (it ends in the middle); it is cut short, download it again</source>
        <translation>{}: неправильный JSON (обрывается посередине); файл неполный, скачайте его снова</translation>
    </message>
    <message>
        <source>{}: not valid JSON (line {}, byte {} of it); it is damaged, or a mistake was made when it was edited</source>
        <translation>{}: неправильный JSON (строка {}, байт {} в ней); файл повреждён, или при правке сделана ошибка</translation>
    </message>
    <message>
        <source>{}: not valid JSON (not UTF-8 at byte {}); the file is damaged</source>
        <translation>{}: неправильный JSON (не UTF-8 в байте {}); файл повреждён</translation>
    </message>
    <message>
        <source>{}: not valid JSON ({}); {}</source>
        <translation>{}: неправильный JSON ({}); {}</translation>
    </message>
    <message>
        <source>{}: the bos_token &quot;{}&quot; of tokenizer_config.json is not one of its tokens; download both files again</source>
        <translation>{}: bos_token «{}» из tokenizer_config.json не входит в его токены; скачайте оба файла снова</translation>
    </message>
    <message>
        <source>{}: how text is cut into words has the name &quot;{}&quot; here (tokenizer.ggml.pre), which this version of Headscope does not know; use the model's Hugging Face folder, or a GGUF file of another model</source>
        <translation>{}: деление текста на слова названо здесь «{}» (tokenizer.ggml.pre), а эта версия Headscope такого не знает; возьмите папку модели для Hugging Face или файл GGUF другой модели</translation>
    </message>
    <message>
        <source>{}: the file has no tokenizer (tokenizer.ggml.model); use one that was made with its vocabulary</source>
        <translation>{}: в файле нет токенизатора (tokenizer.ggml.model); возьмите файл со словарём</translation>
    </message>
    <message>
        <source>{}: its tokenizer {}; the file is damaged, or was made wrongly</source>
        <translation>{}: токенизатор файла: {}; файл повреждён или сделан неправильно</translation>
    </message>
    <message>
        <source>{}: a tokenizer of the kind &quot;{}&quot; (tokenizer.ggml.model), which this version of Headscope does not read; choose another model</source>
        <translation>{}: токенизатор вида «{}» (tokenizer.ggml.model), который эта версия Headscope не читает; выберите другую модель</translation>
    </message>
    <message>
        <source>a divergence needs the original among the variants</source>
        <translation>расхождению нужна исходная модель среди вариантов</translation>
    </message>
    <message>
        <source>{}: a zero byte at {}, so it is not UTF-8 text; if it is UTF-16, {}</source>
        <translation>{}: нулевой байт на месте {}, значит, это не текст UTF-8; если это UTF-16: {}</translation>
    </message>
    <message>
        <source>&quot;{}&quot; is nothing to remove; give heads:25%, kv_heads:33%, layers:6, or heads of layers such as 3:7,12;5:0</source>
        <translation>«{}» не указывает, что удалить; задайте heads:25%, kv_heads:33%, layers:6 или головы слоёв, например 3:7,12;5:0</translation>
    </message>
    <message>
        <source>there is no layer {} to change: the model has {}</source>
        <translation>слоя {} для изменения нет: в модели их {}</translation>
    </message>
    <message>
        <source>layer {} has no head {}: it has {}</source>
        <translation>в слое {} нет головы {}: в нём их {}</translation>
    </message>
    <message>
        <source>{}: not a file of --per_token; {}</source>
        <translation>{}: это не файл --per_token; {}</translation>
    </message>
    <message>
        <source>{}: not a file that compress wrote; &quot;settings&quot; or &quot;points&quot; is missing or damaged</source>
        <translation>{}: это не файл, который записал compress: «settings» или «points» нет, или они повреждены</translation>
    </message>
    <message>
        <source>&quot;{}&quot; names no heads; give heads of layers such as 3:7,12;5:0</source>
        <translation>«{}» не называет голов; задайте головы слоёв, например 3:7,12;5:0</translation>
    </message>
    <message>
        <source>&quot;{}&quot; names no heads to merge; give groups of layers such as 3:0-1,4-5;7:2-8</source>
        <translation>«{}» не называет голов для слияния; задайте группы слоёв, например 3:0-1,4-5;7:2-8</translation>
    </message>
    <message>
        <source>layer {} has no head {} to merge: it has {}</source>
        <translation>в слое {} нет головы {} для слияния: в нём их {}</translation>
    </message>
    <message>
        <source>&quot;{}&quot; is no order to remove heads in; choose norm or refit</source>
        <translation>«{}» — не порядок удаления голов; выберите norm или refit</translation>
    </message>
    <message>
        <source>--remove needs the figures of a calibration text, and there are none for layer {}</source>
        <translation>для --remove нужны данные калибровочного текста, а для слоя {} их нет</translation>
    </message>
    <message>
        <source>--remove {}: there are {} in the chosen layers; leave at least one</source>
        <translation>--remove {}: в выбранных слоях их {}; оставьте хотя бы одну</translation>
    </message>
    <message>
        <source>&quot;{}&quot; is no refit; choose none, output or output+mlp</source>
        <translation>«{}» — не подгонка; выберите none, output или output+mlp</translation>
    </message>
    <message>
        <source>&quot;{}&quot; is no target of a refit; choose layer, residual or auto</source>
        <translation>«{}» — не цель подгонки; выберите layer, residual или auto</translation>
    </message>
    <message>
        <source>&quot;{}&quot; are no layers of a refit; choose changed or all</source>
        <translation>«{}» — не слои подгонки; выберите changed или all</translation>
    </message>
    <message>
        <source>&quot;{}&quot; is no number of steps; give one from 0 to {}</source>
        <translation>«{}» — не число шагов; укажите от 0 до {}</translation>
    </message>
    <message>
        <source>&quot;{}&quot; is no learning rate; give one above 0, at most 1</source>
        <translation>«{}» — не скорость обучения; укажите число больше 0, не больше 1</translation>
    </message>
    <message>
        <source>{}: the plan&apos;s &quot;distill_rate&quot; is no number</source>
        <translation>{}: «distill_rate» в плане — не число</translation>
    </message>
    <message>
        <source>--distill {} trains the weights that a refit found: add --refit output</source>
        <translation>--distill {} дообучает веса, найденные подгонкой: добавьте --refit output</translation>
    </message>
    <message>
        <source>--distill: the calibration text has a single sequence, and some must be held out; use --calibration_windows 2 or more, or a smaller --window</source>
        <translation>--distill: в калибровочном тексте одна последовательность, а часть нужно отложить; задайте --calibration_windows 2 или больше либо меньшее --window</translation>
    </message>
    <message>
        <source>--distill: the model&apos;s weights do not all fit in memory; use a device with more, --dtype bfloat16, or a refit alone</source>
        <translation>--distill: веса модели не помещаются в память; возьмите устройство с большей памятью, --dtype bfloat16 или только подгонку</translation>
    </message>
    <message>
        <source>an evaluation has no KL divergence</source>
        <translation>в оценке нет расхождения KL</translation>
    </message>
    <message>
        <source>--distill: no layer of the plan has refitted weights; use --refit output</source>
        <translation>--distill: ни в одном слое плана нет подогнанных весов; задайте --refit output</translation>
    </message>
    <message>
        <source>--distill: the loss is {} after {} steps</source>
        <translation>--distill: потеря {} после {} шагов</translation>
    </message>
    <message>
        <source>{}: the plan&apos;s &quot;distill&quot; is no whole number</source>
        <translation>{}: «distill» в плане — не целое число</translation>
    </message>
    <message>
        <source>fitted weights of {} x {} do not fit a layer of {} x {}</source>
        <translation>подогнанные веса {} x {} не подходят слою {} x {}</translation>
    </message>
    <message>
        <source>&quot;{}&quot; is no representative of a group; choose mean or stronger</source>
        <translation>«{}» — не представитель группы; выберите mean или stronger</translation>
    </message>
    <message>
        <source>{}: a metric without name, unit or value</source>
        <translation>{}: метрика без имени, единицы или значения</translation>
    </message>
    <message>
        <source>&quot;{}&quot; is not a protocol; choose one of {}</source>
        <translation>«{}» не протокол; выберите один из {}</translation>
    </message>
    <message>
        <source>task {} needs its file: {}=FILE, where FILE is {}</source>
        <translation>заданию {} нужен файл: {}=FILE, где FILE — {}</translation>
    </message>
    <message>
        <source>a continuation without tokens of its own: &quot;{}&quot;</source>
        <translation>продолжение без собственных токенов: «{}»</translation>
    </message>
    <message>
        <source>{}: question {} is not a question, four choices and one of A, B, C, D</source>
        <translation>{}: вопрос {} — не вопрос, четыре ответа и одна из букв A, B, C, D</translation>
    </message>
    <message>
        <source>{}: no questions; MMLU is a folder with test and dev</source>
        <translation>{}: нет вопросов; MMLU — папка с test и dev</translation>
    </message>
    <message>
        <source>{}: {} examples, and {} are needed</source>
        <translation>{}: примеров {}, а нужно {}</translation>
    </message>
    <message>
        <source>{}: a quoted cell has no end</source>
        <translation>{}: ячейка в кавычках не закрыта</translation>
    </message>
    <message>
        <source>{}: no items</source>
        <translation>{}: нет ни одного примера</translation>
    </message>
    <message>
        <source>{}: {}; is this the file of another data set?</source>
        <translation>{}: {}; может быть, это файл другого набора данных?</translation>
    </message>
    <message>
        <source>&quot;{}&quot; is not a task; choose from {}</source>
        <translation>«{}» не задание; выберите из {}</translation>
    </message>
    <message>
        <source>a sequence of {} tokens does not fit {}</source>
        <translation>последовательность из {} токенов не помещается в {}</translation>
    </message>
    <message>
        <source>journal: predictions that lack a value</source>
        <translation>журнал: у предсказаний не хватает значения</translation>
    </message>
    <message>
        <source>{}: metrics that are no list</source>
        <translation>{}: метрики — не список</translation>
    </message>
    <message>
        <source>{}: the plan's &quot;{}&quot; is no text</source>
        <translation>{}: «{}» плана — не текст</translation>
    </message>
    <message>
        <source>{}: not a plan; &quot;{}&quot; is missing</source>
        <translation>{}: не план; нет «{}»</translation>
    </message>
    <message>
        <source>{}: written by a newer Headscope (plan {}, this one reads {})</source>
        <translation>{}: записан более новой версией Headscope (план {}, эта читает {})</translation>
    </message>
    <message>
        <source>nothing can go within the budget: the least costly one changes perplexity by {:+.3g}% on held-out calibration text, with a KL divergence of {:.3g} nats</source>
        <translation>в рамках бюджета ничего нельзя убрать: самое дешёвое меняет перплексию на {:+.3g}% на отложенном калибровочном тексте при расхождении KL {:.3g} ната</translation>
    </message>
    <message>
        <source>only {} of {} units can go</source>
        <translation>можно убрать только {} из {}</translation>
    </message>
    <message>
        <source>the share that is to go must lie between 0 and 100 %</source>
        <translation>доля того, что убирается, должна лежать между 0 и 100 %</translation>
    </message>
    <message>
        <source>the search removes heads or KV heads</source>
        <translation>поиск убирает головы или KV-головы</translation>
    </message>
    <message>
        <source>--rounds: give 1 or more</source>
        <translation>--rounds: задайте 1 или больше</translation>
    </message>
    <message>
        <source>--probe_windows {}: the calibration text has {} sequences, and some must be left to refit on</source>
        <translation>--probe_windows {}: в калибровочном тексте {} последовательностей, и часть нужна для подгонки</translation>
    </message>
    <message>
        <source>{}: there is no such file</source>
        <translation>{}: такого файла нет</translation>
    </message>
    <message>
        <source>{}: {}, not a regular file</source>
        <translation>{}: {}, а не обычный файл</translation>
    </message>
    <message>
        <source>a refit was given no text</source>
        <translation>для подгонки не дан текст</translation>
    </message>
    <message>
        <source>there is no layer {} to refit: the model has {}</source>
        <translation>слоя {} для подгонки нет: в модели их {}</translation>
    </message>
    <message>
        <source>there are no moments of layer {} to order removals by</source>
        <translation>нет моментов слоя {}, по которым упорядочить удаление</translation>
    </message>
    <message>
        <source>the moments of a layer cannot be solved; use more calibration text or --dtype float32</source>
        <translation>моменты слоя не удаётся обратить; возьмите больше калибровочного текста или --dtype float32</translation>
    </message>
    <message>
        <source>the attention over the calibration text is not a number: values overflow; use --dtype float32</source>
        <translation>внимание на калибровочном тексте — не число: значения переполняются; возьмите --dtype float32</translation>
    </message>
    <message>
        <source>token {} is not in the model's vocabulary of {}; its tokenizer is another model's</source>
        <translation>токена {} нет в словаре модели из {}; токенизатор от другой модели</translation>
    </message>
    <message>
        <source>a text of {} tokens is too short; give one of {} or more</source>
        <translation>текст из {} токенов слишком короткий; дайте текст из {} или больше</translation>
    </message>
    <message>
        <source>a text of {} tokens is longer than the {} that the model reads</source>
        <translation>текст из {} токенов длиннее тех {}, что читает модель</translation>
    </message>
    <message>
        <source>head scores need at least one sequence</source>
        <translation>для оценок голов нужна хотя бы одна последовательность</translation>
    </message>
    <message>
        <source>sequences of {} and {} tokens; all need the same length</source>
        <translation>последовательности из {} и {} токенов; длина у всех должна быть одна</translation>
    </message>
    <message>
        <source>the variable {} is &quot;{}&quot;, but must be baseline, avx2 or avx512</source>
        <translation>переменная {} равна «{}», а должна быть baseline, avx2 или avx512</translation>
    </message>
    <message>
        <source>the variable {} is &quot;{}&quot;, but must be fastest or widened</source>
        <translation>переменная {} равна «{}», а должна быть fastest или widened</translation>
    </message>
    <message>
        <source>{} &quot;{}&quot; is not supported, because {}; supported: {}</source>
        <translation>{} «{}» не поддерживается: {}; поддерживаются: {}</translation>
    </message>
    <message>
        <source>{} &quot;{}&quot; is not supported; supported: silu, gelu_pytorch_tanh</source>
        <translation>{} «{}» не поддерживается; поддерживаются: silu, gelu_pytorch_tanh</translation>
    </message>
    <message>
        <source>{} other than 1 is not supported in a model of type {}</source>
        <translation>{}, отличный от 1, не поддерживается в модели типа {}</translation>
    </message>
    <message>
        <source>{} is {}, but must be at most 1 and give an even number of the {} elements of a head</source>
        <translation>{} равно {}, а должно быть не больше 1 и давать чётное число из {} элементов головы</translation>
    </message>
    <message>
        <source>{} has {} entries, but must have {}, one for each frequency</source>
        <translation>в {} элементов {}, а должно быть {}, по одному на частоту</translation>
    </message>
    <message>
        <source>{} {} is not supported; supported: {}</source>
        <translation>{} {} не поддерживается; поддерживаются: {}</translation>
    </message>
    <message>
        <source>the measure {} has no activations</source>
        <translation>у меры {} нет активаций</translation>
    </message>
    <message>
        <source>{} compares heads of one model alone; heads of two models are matched by their weights: {}</source>
        <translation>{} сравнивает головы только одной модели; головы двух моделей сопоставляются по весам: {}</translation>
    </message>
    <message>
        <source>files of at most {} bytes would be {}, more than llama.cpp can number; choose a larger --max_shard_size</source>
        <translation>файлов размером не больше {} байт было бы {}, больше, чем llama.cpp может пронумеровать; выберите больший --max_shard_size</translation>
    </message>
    <message>
        <source>{}: {} tokens are more than the {} that the model reads; choose fewer</source>
        <translation>{}: токенов {}, а модель читает не больше {}; возьмите меньше</translation>
    </message>
    <message>
        <source>the models have {} and {} layers, so their heads cannot be matched</source>
        <translation>слоёв в моделях {} и {}, поэтому их головы сопоставить нельзя</translation>
    </message>
    <message>
        <source>the models have {} and {} as hidden size, so their heads cannot be matched</source>
        <translation>размерность скрытого состояния моделей {} и {}, поэтому их головы сопоставить нельзя</translation>
    </message>
    <message>
        <source>the models have {} and {} as head size, so their heads cannot be matched</source>
        <translation>размерность головы в моделях {} и {}, поэтому их головы сопоставить нельзя</translation>
    </message>
    <message>
        <source>{} cannot read a text, so only the weights are compared</source>
        <translation>{} не может прочитать текст, поэтому сравниваются только веса</translation>
    </message>
    <message>
        <source>only the weights were asked for</source>
        <translation>запрошено сравнение только весов</translation>
    </message>
    <message>
        <source>the tokenizers differ: they read {} as {} and {} tokens that are not the same, so only the weights are compared</source>
        <translation>токенизаторы разные: {} читается ими как {} и {} токенов, и они не совпадают, поэтому сравниваются только веса</translation>
    </message>
    <message>
        <source>the vocabularies have {} and {} tokens, so there is no KL divergence</source>
        <translation>в словарях {} и {} токенов, поэтому дивергенции KL нет</translation>
    </message>
</context>
<context>
    <name>measures</name>
    <message>
        <source>The cosine of the heads&apos; weights, flattened.</source>
        <translation>Косинус весов голов, вытянутых в вектор.</translation>
    </message>
    <message>
        <source>The cosine of the weights of the heads&apos; KV heads: 1 where they share one.</source>
        <translation>Косинус весов KV-голов, которые обслуживают головы: 1, если KV-голова общая.</translation>
    </message>
    <message>
        <source>Query weights</source>
        <translation>Веса запросов</translation>
    </message>
    <message>
        <source>Key weights</source>
        <translation>Веса ключей</translation>
    </message>
    <message>
        <source>Value weights</source>
        <translation>Веса значений</translation>
    </message>
    <message>
        <source>Output weights</source>
        <translation>Веса выхода</translation>
    </message>
    <message>
        <source>Query and key weights</source>
        <translation>Веса запросов и ключей</translation>
    </message>
    <message>
        <source>All four weights</source>
        <translation>Все четыре матрицы</translation>
    </message>
    <message>
        <source>Query-key circuit</source>
        <translation>Контур запрос-ключ</translation>
    </message>
    <message>
        <source>The cosine of the forms by which the heads score a query and a key. The basis that a head uses inside does not matter.</source>
        <translation>Косинус форм, которыми головы сопоставляют запрос и ключ. Внутренний базис головы роли не играет.</translation>
    </message>
    <message>
        <source>Output-value circuit</source>
        <translation>Контур выход-значение</translation>
    </message>
    <message>
        <source>The cosine of the maps from what the heads read to what they write. The basis that a head uses inside does not matter.</source>
        <translation>Косинус отображений из того, что головы читают, в то, что они пишут. Внутренний базис головы роли не играет.</translation>
    </message>
    <message>
        <source>Attention</source>
        <translation>Внимание</translation>
    </message>
    <message>
        <source>How far the heads&apos; attention agrees over a text: 1 less the mean total variation distance. The model runs once.</source>
        <translation>Насколько совпадает внимание голов на тексте: 1 минус среднее расстояние полной вариации. Модель запускается один раз.</translation>
    </message>
    <message>
        <source>Contributions</source>
        <translation>Вклады</translation>
    </message>
    <message>
        <source>The cosine of what the heads add to the residual stream over a text. The model runs once.</source>
        <translation>Косинус того, что головы добавляют в остаточный поток на тексте. Модель запускается один раз.</translation>
    </message>
    <message>
        <source>Head outputs</source>
        <translation>Выходы голов</translation>
    </message>
    <message>
        <source>Linear CKA of the heads&apos; outputs over a text, before the output weights. The model runs once.</source>
        <translation>Линейный CKA выходов голов на тексте, до весов выхода. Модель запускается один раз.</translation>
    </message>
    <message>
        <source>Redundancy</source>
        <translation>Избыточность</translation>
    </message>
    <message>
        <source>The share of what one head writes over a text that a refit of the other&apos;s output weights could write instead. The model runs once.</source>
        <translation>Доля того, что одна голова записывает на тексте, которую после подгонки весов выхода могла бы записать другая. Модель запускается один раз.</translation>
    </message>
</context>
</TS>
