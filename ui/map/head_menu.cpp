#include "ui/map/head_menu.h"

#include <QCoreApplication>
#include <QMenu>
#include <algorithm>

#include "ui/session/session.h"

namespace headscope::ui {
namespace {

struct Text {
    Q_DECLARE_TR_FUNCTIONS(headscope::ui::MapPanel)
};

std::set<HeadRef> joined(std::set<HeadRef> heads, const std::set<HeadRef>& others) {
    heads.insert(others.begin(), others.end());
    return heads;
}

std::set<HeadRef> left_of(std::set<HeadRef> heads, const std::set<HeadRef>& others) {
    std::erase_if(heads, [&](HeadRef head) { return others.contains(head); });
    return heads;
}

void add_plan_actions(QMenu& menu, Session& session) {
    const std::set<HeadRef>& selected = session.selected();
    const Choices& choices = session.choices();
    const auto count = static_cast<int>(selected.size());
    const auto add = [&](const QString& text, bool useful, auto action) {
        menu.addAction(text, &menu, action)->setEnabled(useful);
    };
    const auto any_in = [&](const std::set<HeadRef>& heads) {
        return std::ranges::any_of(selected, [&](HeadRef head) { return heads.contains(head); });
    };
    const GroupsByLayer merged = with_group(choices.merged_groups, selected);
    add(Text::tr("&Merge %n head(s)", nullptr, count), merged != choices.merged_groups,
        [&session, merged] { session.merge_heads(merged); });
    const GroupsByLayer split = without_heads(choices.merged_groups, selected);
    add(Text::tr("Do not merge &by hand"), split != choices.merged_groups,
        [&session, split] { session.merge_heads(split); });
    menu.addSeparator();
    add(Text::tr("&Remove %n head(s)", nullptr, count),
        joined(choices.removed_heads, selected) != choices.removed_heads, [&session] {
            session.remove_heads(joined(session.choices().removed_heads, session.selected()));
        });
    add(Text::tr("&Put %n head(s) back", nullptr, count), any_in(choices.removed_heads),
        [&session] {
            session.remove_heads(left_of(session.choices().removed_heads, session.selected()));
        });
    menu.addSeparator();
    add(Text::tr("&Exclude %n head(s) from the merge", nullptr, count),
        joined(choices.excluded_heads, selected) != choices.excluded_heads, [&session] {
            session.exclude_heads(joined(session.choices().excluded_heads, session.selected()));
        });
    add(Text::tr("&Include %n head(s) in the merge", nullptr, count),
        any_in(choices.excluded_heads), [&session] {
            session.exclude_heads(left_of(session.choices().excluded_heads, session.selected()));
        });
}

void add_layer_actions(QMenu& menu, Session& session) {
    std::set<int> layers;
    for (const HeadRef head : session.selected())
        layers.insert(head.layer);
    const auto count = static_cast<int>(layers.size());
    const std::set<int>& excluded = session.choices().excluded_layers;
    std::set<int> without = excluded;
    std::set<int> with = excluded;
    for (const int layer : layers) {
        without.insert(layer);
        with.erase(layer);
    }
    menu.addAction(Text::tr("Exclude %n &layer(s)", nullptr, count), &menu,
                   [&session, without] { session.choose_layers(without); })
        ->setEnabled(without != excluded);
    menu.addAction(Text::tr("Include %n la&yer(s)", nullptr, count), &menu,
                   [&session, with] { session.choose_layers(with); })
        ->setEnabled(with != excluded);
}

}  // namespace

void add_head_actions(QMenu& menu, Session& session) {
    add_plan_actions(menu, session);
    menu.addSeparator();
    add_layer_actions(menu, session);
}

}  // namespace headscope::ui
