#include "core/report/task_items.h"

#include <utility>

#include <nlohmann/json.hpp>

namespace headscope {

nlohmann::ordered_json task_items_json(const std::vector<TaskScores>& tasks,
                                       const std::vector<std::string>& variants) {
    using Json = nlohmann::ordered_json;
    Json all = Json::array();
    for (const TaskScores& scores : tasks) {
        Json gold = Json::array();
        for (const TaskItem& item : scores.task.items)
            gold.push_back(item.gold);
        Json by_variant = Json::object();
        for (std::size_t v = 0; v < scores.values.size(); ++v) {
            Json items = Json::array();
            for (const ItemScore& item : scores.values[v]) {
                items.push_back(
                    {{"log_likelihoods", item.log_likelihoods}, {"greedy", item.greedy}});
            }
            by_variant[variants[v]] = std::move(items);
        }
        all.push_back({{"task", scores.task.task->name},
                       {"file", scores.task.file},
                       {"gold", std::move(gold)},
                       {"variants", std::move(by_variant)}});
    }
    return all;
}

}  // namespace headscope
