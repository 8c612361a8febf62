#pragma once

namespace headscope {

/// Everything that computes with libtorch lies in a module of its own, which is opened when it is
/// first needed: with what libtorch depends on that takes half a second, too long for a window that
/// wants to appear or for a command that only looks at a checkpoint.
///
/// Returns the address of one of the module's symbols. Safe for many threads. Throws
/// Error(bad_input) when the module is missing or cannot be loaded.
void* engine_symbol(const char* name);

/// The table of functions that the module has for one library; `symbol` names the function that
/// returns it. Throws as engine_symbol does.
template <typename Table>
const Table& engine_table(const char* symbol) {
    using Function = const Table*();
    static const Table* const table = reinterpret_cast<Function*>(engine_symbol(symbol))();
    return *table;
}

}  // namespace headscope
