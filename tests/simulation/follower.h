#ifndef CLARITY_TESTS_SIMULATION_FOLLOWER_H_
#define CLARITY_TESTS_SIMULATION_FOLLOWER_H_

#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "services/platform/storage/database.h"
#include "tests/simulation/desk.h"
#include "tests/simulation/model.h"

namespace clarity::simulation {

// Somebody who watches all clinics, now and then, and goes on each time where they stopped: nothing
// is missed and nothing is told twice, whatever happened to the server meanwhile.
class Follower {
 public:
  // What is wrong with what came, up to the last change that is stored; empty: nothing.
  std::string Follow(const Desk& desk, storage::Database& store, const Model& model);

 private:
  using Event = v1::WatchAppointmentsResponse;
  using Positions = std::map<std::string, int64_t>;

  std::string Read(const Desk& desk, const Positions& last);
  std::string Take(const Event& event);
  std::string Compare(const Model& model) const;

  std::string token_;
  Positions positions_;
  std::map<std::pair<std::string, std::string>, v1::Appointment> visits_;  // by clinic and name
};

}  // namespace clarity::simulation

#endif  // CLARITY_TESTS_SIMULATION_FOLLOWER_H_
