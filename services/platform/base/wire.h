#ifndef CLARITY_SERVICES_PLATFORM_BASE_WIRE_H_
#define CLARITY_SERVICES_PLATFORM_BASE_WIRE_H_

#include "absl/time/time.h"
#include "google/protobuf/timestamp.pb.h"

// Times as they are on the wire.
namespace clarity {

inline absl::Time FromWire(const google::protobuf::Timestamp& time) {
  return absl::FromUnixSeconds(time.seconds()) + absl::Nanoseconds(time.nanos());
}

inline google::protobuf::Timestamp ToWire(absl::Time time) {
  google::protobuf::Timestamp wire;
  const int64_t seconds = absl::ToUnixSeconds(time);
  wire.set_seconds(seconds);
  wire.set_nanos(
      static_cast<int32_t>(absl::ToInt64Nanoseconds(time - absl::FromUnixSeconds(seconds))));
  return wire;
}

}  // namespace clarity

#endif  // CLARITY_SERVICES_PLATFORM_BASE_WIRE_H_
