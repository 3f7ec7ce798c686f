#include "services/platform/rpc/method.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "google/protobuf/descriptor.pb.h"
#include "gtest/gtest.h"
#include "services/platform/rpc/testing/echo_service.pb.h"
#include "services/platform/rpc/testing/text_proto.h"

namespace clarity::rpc {
namespace {

using ::google::protobuf::DescriptorPool;
using ::google::protobuf::FileDescriptorProto;
using ::testing::AllOf;
using ::testing::HasSubstr;

Permissions EchoPermissions() {
  return *Permissions::Parse(
      R"(grants { role: STAFF permissions: "items.read" permissions: "items.put"
                  permissions: "items.force" })",
      "roles.textproto");
}

// What is wrong with a service of one method "Do", given the options of the method and the fields
// of its request.
std::string FaultsOf(const std::string& rule, const std::string& request_fields,
                     const std::string& more = "") {
  DescriptorPool pool(DescriptorPool::generated_pool());
  const std::string text =
      "name: 'faulty.proto' package: 'faulty' syntax: 'proto3'"
      "dependency: 'clarity/options/v1/options.proto'"
      "message_type { name: 'DoRequest' " +
      request_fields + " }" + more +
      "message_type { name: 'DoResponse' }"
      "service { name: 'Faulty' method { name: 'Do' input_type: '.faulty.DoRequest' "
      "output_type: '.faulty.DoResponse' options { " +
      rule + " } } }";
  const auto* file = pool.BuildFile(testing::FromText<FileDescriptorProto>(text));
  EXPECT_NE(file, nullptr);
  const auto table = MethodTable::Create({file->service(0)}, EchoPermissions());
  return std::string(table.status().message());
}

std::string Rule(const std::string& rule) { return "[clarity.options.v1.method] { " + rule + " }"; }

constexpr char kRequestId[] =
    "field { name: 'request_id' number: 1 type: TYPE_STRING label: LABEL_OPTIONAL }";

TEST(MethodTableTest, FindsAMethodByItsRequest) {
  const auto permissions = EchoPermissions();
  const auto table =
      MethodTable::Create({testing::PutItemRequest::descriptor()->file()->service(0)}, permissions);
  ASSERT_TRUE(table.ok()) << table.status();
  const Method* put = (*table)->Find(testing::PutItemRequest::descriptor());
  ASSERT_NE(put, nullptr);
  EXPECT_EQ(put->name, "clarity.rpc.testing.EchoService/PutItem");
  EXPECT_TRUE(put->IsWrite());
  EXPECT_EQ(put->request_id->name(), "request_id");
  EXPECT_EQ(put->validate_only->name(), "validate_only");
  EXPECT_EQ(put->request_bytes_max, 65536);
  EXPECT_EQ((*table)->Find(testing::CountRequest::descriptor())->request_bytes_max, 2000);
  EXPECT_EQ((*table)->Find(testing::Item::descriptor()), nullptr);
}

TEST(MethodTableTest, KnowsThePermissionsOfMethodsAndFields) {
  const auto table = MethodTable::Create(
      {testing::PutItemRequest::descriptor()->file()->service(0)}, EchoPermissions());
  ASSERT_TRUE(table.ok()) << table.status();
  EXPECT_THAT((*table)->permissions(),
              ::testing::ElementsAre("items.force", "items.put", "items.read"));
}

TEST(MethodTableTest, RefusesAMethodWithoutARule) {
  EXPECT_THAT(FaultsOf("", ""), HasSubstr("faulty.Faulty/Do: has no rule"));
}

TEST(MethodTableTest, NamesEveryFaultAtOnce) {
  EXPECT_THAT(
      FaultsOf(Rule("patient_field: 'who' clinic_fields: 'where' request_bytes_max: -1"), ""),
      AllOf(HasSubstr("must have either a permission or open_to_all"),
            HasSubstr("declares no effect"), HasSubstr("declares no audit"),
            HasSubstr("no field at the path who"), HasSubstr("no field at the path where"),
            HasSubstr("request_bytes_max must be")));
}

TEST(MethodTableTest, RefusesAPermissionThatNoRoleHas) {
  EXPECT_THAT(FaultsOf(Rule("permission: 'items.burn' effect: EFFECT_READ audit: AUDIT_NONE"), ""),
              HasSubstr("no role has its permission items.burn"));
  EXPECT_THAT(FaultsOf(Rule("open_to_all: true effect: EFFECT_READ audit: AUDIT_NONE"),
                       "field { name: 'x' number: 1 type: TYPE_BOOL label: LABEL_OPTIONAL "
                       "options { [clarity.options.v1.field] { permission: 'items.burn' } } }"),
              HasSubstr("a field names the permission items.burn"));
}

TEST(MethodTableTest, RefusesAWriteThatCannotBeRepeatedSafely) {
  const std::string write = "permission: 'items.put' effect: EFFECT_WRITE audit: AUDIT_CHANGE";
  EXPECT_THAT(FaultsOf(Rule(write), ""), HasSubstr("a write needs a string field request_id"));
  EXPECT_EQ(FaultsOf(Rule(write), kRequestId), "");
  EXPECT_THAT(
      FaultsOf(Rule("permission: 'items.put' effect: EFFECT_WRITE audit: AUDIT_NONE"), kRequestId),
      HasSubstr("AUDIT_CHANGE goes with EFFECT_WRITE"));
  EXPECT_THAT(FaultsOf(Rule(write + " lane: LANE_INLINE"), kRequestId),
              HasSubstr("cannot be inline"));
}

TEST(MethodTableTest, RefusesAPatientFieldThatMightStayUnfilled) {
  const std::string holder =
      "message_type { name: 'Holder' field { name: 'patient' number: 1 type: TYPE_STRING "
      "label: LABEL_OPTIONAL } }";
  const std::string rule = Rule(
      "permission: 'items.read' effect: EFFECT_READ audit: AUDIT_NONE patient_field: 'in.patient'");
  const std::string field =
      "field { name: 'in' number: 1 type: TYPE_MESSAGE type_name: '.faulty.Holder' label: ";
  EXPECT_THAT(FaultsOf(rule, field + "LABEL_OPTIONAL }", holder), HasSubstr("in must be required"));
  EXPECT_EQ(FaultsOf(rule, field + "LABEL_REPEATED }", holder), "");
  EXPECT_EQ(FaultsOf(rule,
                     field + "LABEL_OPTIONAL options { [clarity.options.v1.field] "
                             "{ required: true } } }",
                     holder),
            "");
}

TEST(MethodTableTest, RefusesFieldRulesThatMakeNoSense) {
  const std::string rule = Rule("open_to_all: true effect: EFFECT_READ audit: AUDIT_NONE");
  const auto faults_of_field = [&](const std::string& type, const std::string& field_rule) {
    return FaultsOf(rule, "field { name: 'x' number: 1 label: LABEL_OPTIONAL type: " + type +
                              " options { [clarity.options.v1.field] { " + field_rule + " } } }");
  };
  EXPECT_THAT(faults_of_field("TYPE_STRING", "pattern: '['"),
              HasSubstr("faulty.DoRequest.x: pattern"));
  EXPECT_THAT(faults_of_field("TYPE_INT32", "resource: 'clinics'"), HasSubstr("are for texts"));
  EXPECT_THAT(faults_of_field("TYPE_STRING", "max: 3"), HasSubstr("are for numbers"));
  EXPECT_THAT(faults_of_field("TYPE_INT32", "min: 3 max: 2"), HasSubstr("max is below min"));
  EXPECT_THAT(faults_of_field("TYPE_STRING", "unique: true"), HasSubstr("are for repeated fields"));
  EXPECT_THAT(faults_of_field("TYPE_STRING", "required: true output_only: true"),
              HasSubstr("required and output_only at once"));
}

}  // namespace
}  // namespace clarity::rpc
