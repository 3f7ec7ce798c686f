#ifndef CLARITY_TESTS_SUPPORT_POLICIES_H_
#define CLARITY_TESTS_SUPPORT_POLICIES_H_

#include "clarity/consultation/v1/policy.pb.h"

namespace clarity::tests {

// deploy/policy, whole; for all clinics.
consultation::v1::Policy DemoPolicy();

// The same, for the catalog of the tests: in force at Lake Forest and Irvine.
consultation::v1::Policy TestPolicy();

// Of that what plans are about, and nothing else: clearance rests on the heart rate, which counts
// for ten days, and may be looked at again because of it; the weight counts for two. Sessions need
// an order, integration does not.
consultation::v1::Policy PlanPolicy(consultation::v1::Policy policy = TestPolicy());

}  // namespace clarity::tests

#endif  // CLARITY_TESTS_SUPPORT_POLICIES_H_
