#ifndef CLARITY_TESTS_BENCH_NETWORK_L_H_
#define CLARITY_TESTS_BENCH_NETWORK_L_H_

#include <cstdint>
#include <random>

#include "clarity/scheduling/v1/catalog.pb.h"
#include "clarity/scheduling/v1/scheduling_service.pb.h"
#include "tests/support/clarityd_process.h"

// The large network: a thousand clinics of ten resources each, four kilometres apart on a grid.
// Otherwise as network M.
namespace clarity::bench {

inline constexpr int kLargeClinics = 1000;
inline constexpr int kLargeDays = 60;

scheduling::v1::Catalog NetworkL();

// Blocks some hours of each weekday of two weeks, for everybody at the clinics in the middle.
void FillNetworkL(const tests::ClaritydProcess& server, uint32_t seed);

// Any visit, at the 20 clinics next to a point in the middle, in a window as for network M.
scheduling::v1::FindSlotsRequest RandomSearchNear(std::mt19937& random);

}  // namespace clarity::bench

#endif  // CLARITY_TESTS_BENCH_NETWORK_L_H_
