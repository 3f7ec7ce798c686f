#include "clients/admin/server_program.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>

#include "absl/strings/str_cat.h"

namespace clarity::client {
namespace {

constexpr char kProgram[] = "clarityd";

}  // namespace

absl::Status BecomeClarityd(const std::vector<std::string>& arguments) {
  std::vector<char*> argv = {const_cast<char*>(kProgram)};
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  std::error_code error;
  const auto here = std::filesystem::read_symlink("/proc/self/exe", error);
  if (!error) execv((here.parent_path() / kProgram).c_str(), argv.data());
  execvp(kProgram, argv.data());
  return absl::NotFoundError(
      absl::StrCat("this needs clarityd, which is neither beside clarityctl nor in PATH (",
                   std::strerror(errno), "): run it on the machine of the server"));
}

}  // namespace clarity::client
