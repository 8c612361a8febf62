#pragma once

#include <condition_variable>
#include <exception>
#include <functional>
#include <list>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>
#include <utility>

#include "core/base/error.h"
#include "core/base/progress.h"

namespace headscope {

/// Work that cannot be interrupted, such as one long call of a library, done on threads of its own,
/// so that whoever waits for it can still leave at once. What is left goes on to its end; a request
/// for the same work joins it meanwhile. The destructor waits for it.
template <typename Key, typename Value>
class LeavableWork {
  public:
    /// What `make` returns or throws. `make` may outlive this call, so it owns all it uses. Where
    /// work of an equal `key` is under way, that is waited for instead. Throws Error(cancelled) as
    /// soon as a stop is requested.
    Value get(const Key& key, std::function<Value()> make, const std::stop_token& stop) {
        throw_if_stopped(stop);
        std::unique_lock lock(mutex_);
        forget_ended();
        Item& item = find_or_start(key, std::move(make));
        ++item.waiting;
        const bool ended = ended_.wait(lock, stop, [&item] { return item.ended; });
        --item.waiting;
        if (!ended) throw Error(ErrorCode::cancelled, "cancelled");
        if (item.error) std::rethrow_exception(item.error);
        return *item.value;
    }

    /// Whether anything is under way, waited for or left.
    [[nodiscard]] bool busy() const {
        const std::scoped_lock lock(mutex_);
        for (const Item& item : items_) {
            if (!item.ended) return true;
        }
        return false;
    }

  private:
    struct Item {
        Key key;
        int waiting = 0;
        bool ended = false;
        std::optional<Value> value;
        std::exception_ptr error;
        std::jthread thread;  ///< the last member: it ends before what it fills
    };

    Item& find_or_start(const Key& key, std::function<Value()> make) {
        for (Item& item : items_) {
            if (!item.ended && item.key == key) return item;
        }
        Item& item = items_.emplace_back();
        item.key = key;
        item.thread = std::jthread([this, &item, make = std::move(make)] { run(item, make); });
        return item;
    }

    void run(Item& item, const std::function<Value()>& make) {
        std::optional<Value> value;
        std::exception_ptr error;
        try {
            value = make();
        } catch (...) {
            error = std::current_exception();
        }
        const std::scoped_lock lock(mutex_);
        item.value = std::move(value);
        item.error = error;
        item.ended = true;
        ended_.notify_all();
    }

    /// Joins threads that are at their end.
    void forget_ended() {
        items_.remove_if([](const Item& item) { return item.ended && item.waiting == 0; });
    }

    mutable std::mutex mutex_;
    std::condition_variable_any ended_;
    std::list<Item> items_;  ///< the last member, for the same reason
};

}  // namespace headscope
