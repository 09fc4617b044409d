#include "ocpp/card_spelling.hpp"

#include <algorithm>

#include "ocpp/characters.hpp"

namespace evtwin::ocpp {

void CardSpelling::unify_tag(std::string& tag) {
  if (std::none_of(tag.begin(), tag.end(), is_letter)) return;
  std::string small = tag;
  std::transform(small.begin(), small.end(), small.begin(), to_lower);
  const auto [known, first] = first_.try_emplace(std::move(small), tag);
  if (!first) tag = known->second;
}

void CardSpelling::unify_event(Event& event) {
  if (auto* transaction = std::get_if<TransactionReport>(&event.body)) {
    unify_tag(transaction->id_tag);
  } else if (auto* asked = std::get_if<AuthoriseReport>(&event.body)) {
    unify_tag(asked->id_tag);
  } else if (auto* command = std::get_if<CommandReport>(&event.body)) {
    unify_tag(command->id_tag);
  } else if (auto* reservation = std::get_if<ReservationReport>(&event.body)) {
    unify_tag(reservation->id_tag);
  } else if (auto* list = std::get_if<LocalList>(&event.body)) {
    for (std::string& tag : list->accepted) unify_tag(tag);
    for (std::string& tag : list->removed) unify_tag(tag);
  }
}

void CardSpelling::unify_log(SiteLog& log) {
  for (Transaction& transaction : log.transactions) unify_tag(transaction.id_tag);
  for (Reservation& reservation : log.reservations) unify_tag(reservation.id_tag);
}

}  // namespace evtwin::ocpp
