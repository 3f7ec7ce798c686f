#ifndef CLARITY_TESTS_BENCH_NETWORK_M_H_
#define CLARITY_TESTS_BENCH_NETWORK_M_H_

#include <string>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "clarity/scheduling/v1/catalog.pb.h"
#include "tests/support/clarityd_process.h"

// The reference network M as a catalog: five clinics that share clinicians, rooms and nurses
// evenly, all of them there on weekdays from 8 to 18.
namespace clarity::bench {

inline constexpr int kOpensAtHour = 8, kClosesAtHour = 18;
inline constexpr char kSession[] = "visitTypes/session";
inline constexpr char kConsultation[] = "visitTypes/consultation";
inline constexpr char kFollowUp[] = "visitTypes/follow-up";
inline constexpr const char* kVisitTypes[] = {kSession, kConsultation, kFollowUp};

scheduling::v1::Catalog NetworkM();
// The same with so many of each; number i is at clinic i % clinics.
scheduling::v1::Catalog NetworkOf(int clinics, int clinicians, int rooms, int nurses);
std::string ClinicName(int number);  // from 0 on

// Where the clinics are.
absl::TimeZone Zone();
// Its two weeks begin with the Monday after tomorrow: all of them lie ahead.
absl::CivilDay FirstMonday();

void Apply(const scheduling::v1::Catalog& catalog, const tests::ClaritydProcess& server);

}  // namespace clarity::bench

#endif  // CLARITY_TESTS_BENCH_NETWORK_M_H_
