#include "services/platform/rpc/permissions.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace clarity::rpc {
namespace {

using ::testing::HasSubstr;

std::string FaultsOf(absl::string_view text) {
  return std::string(Permissions::Parse(text, "roles.textproto").status().message());
}

TEST(PermissionsTest, GivesWhatTheFileGrantsAndNothingElse) {
  const auto permissions = Permissions::Parse(R"(
      grants { role: PATIENT permissions: "slots.find" }
      grants { role: STAFF permissions: "slots.find" permissions: "blocks.write" })",
                                              "roles.textproto");
  ASSERT_TRUE(permissions.ok()) << permissions.status();
  EXPECT_TRUE(permissions->Gives(RoleBit(Role::kPatient), "slots.find"));
  EXPECT_FALSE(permissions->Gives(RoleBit(Role::kPatient), "blocks.write"));
  EXPECT_TRUE(permissions->Gives(RoleBit(Role::kPatient) | RoleBit(Role::kStaff), "blocks.write"));
  EXPECT_FALSE(permissions->Gives(RoleBit(Role::kService), "slots.find"));
  EXPECT_FALSE(permissions->Gives(0, "slots.find"));
  EXPECT_FALSE(permissions->Gives(~0u, "orders.put"));
  EXPECT_TRUE(permissions->Knows("blocks.write"));
  EXPECT_FALSE(permissions->Knows("orders.put"));
}

TEST(PermissionsTest, NamesFileAndLineOfAFaultOfForm) {
  EXPECT_THAT(FaultsOf("grants {\n  role: STAFF\n  permision: \"a.b\"\n}"),
              HasSubstr("roles.textproto:3: "));
  EXPECT_THAT(FaultsOf("grants {\n  role: JANITOR permissions: \"a.b\" }"),
              HasSubstr("roles.textproto:2: "));
}

TEST(PermissionsTest, NamesEveryFaultOfSenseWithItsLine) {
  const std::string faults = FaultsOf(
      "grants {\n  role: STAFF\n  permissions: \"a.b\"\n  permissions: \"a.b\"\n}\n"
      "grants { permissions: \"a.b\" }\n"
      "grants {\n  role: STAFF\n  permissions: \"everything\"\n}");
  EXPECT_THAT(faults, HasSubstr("roles.textproto:4: STAFF has a.b already"));
  EXPECT_THAT(faults, HasSubstr("roles.textproto:6: a grant names no role"));
  EXPECT_THAT(faults, HasSubstr("roles.textproto:8: STAFF is listed a second time"));
  EXPECT_THAT(faults, HasSubstr("roles.textproto:9: \"everything\" is no permission's name"));
}

TEST(PermissionsTest, SaysWhichFileIsMissing) {
  EXPECT_THAT(std::string(Permissions::Load("/no/such/file").status().message()),
              HasSubstr("/no/such/file"));
}

TEST(PermissionsTest, SaysThatADirectoryIsNoFile) {
  EXPECT_THAT(std::string(Permissions::Load("/proc/self").status().message()),
              HasSubstr("cannot read /proc/self: Is a directory"));
}

TEST(PermissionsTest, AMisspeltGrantIsRefusedWithItsLine) {
  const auto permissions = Permissions::Parse(
      "grants {\n  role: STAFF\n  permissions: \"slots.find\"\n  permissions: \"slot.find\"\n}",
      "roles.textproto");
  ASSERT_TRUE(permissions.ok()) << permissions.status();
  EXPECT_TRUE(permissions->CheckAllNamed({"slots.find", "slot.find", "orders.put"}).ok());
  EXPECT_EQ(permissions->CheckAllNamed({"slots.find"}).message(),
            "roles.textproto:4: no method and no field names the permission slot.find");
}

TEST(PermissionsTest, KnowsTheRolesOfTokens) {
  EXPECT_EQ(RoleFromName("PATIENT"), Role::kPatient);
  EXPECT_EQ(RoleFromName("SERVICE"), Role::kService);
  EXPECT_EQ(RoleFromName("ROLE_UNSPECIFIED"), std::nullopt);
  EXPECT_EQ(RoleFromName("patient"), std::nullopt);
}

}  // namespace
}  // namespace clarity::rpc
