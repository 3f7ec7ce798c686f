#include "services/platform/rpc/method.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "services/platform/base/limits.h"

namespace clarity::rpc {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::MethodDescriptor;
using options::v1::MethodRule;

// Resolves one method and says all that is wrong with it.
class MethodReader {
 public:
  MethodReader(const MethodDescriptor* descriptor, const Permissions& permissions,
               std::vector<std::string>* faults)
      : permissions_(permissions), faults_(*faults), request_(descriptor->input_type()) {
    method_.descriptor = descriptor;
    method_.name = absl::StrCat(descriptor->service()->full_name(), "/", descriptor->name());
    method_.rule = descriptor->options().GetExtension(options::v1::method);
  }

  Method Read() {
    if (!method_.descriptor->options().HasExtension(options::v1::method)) {
      Fault("has no rule: option (clarity.options.v1.method)");
      return std::move(method_);
    }
    CheckWhoMayCall();
    CheckEffect();
    ReadScope();
    ReadSize();
    return std::move(method_);
  }

 private:
  void Fault(absl::string_view what) { faults_.push_back(absl::StrCat(method_.name, ": ", what)); }

  void CheckWhoMayCall() {
    const MethodRule& rule = method_.rule;
    if (rule.permission().empty() != rule.open_to_all()) {
      Fault("must have either a permission or open_to_all");
    } else if (!rule.open_to_all() && !permissions_.Knows(rule.permission())) {
      Fault(absl::StrCat("no role has its permission ", rule.permission()));
    }
  }

  void CheckEffect() {
    const MethodRule& rule = method_.rule;
    if (rule.effect() == MethodRule::EFFECT_UNSPECIFIED) Fault("declares no effect");
    if (rule.audit() == MethodRule::AUDIT_UNSPECIFIED) Fault("declares no audit");
    if (method_.IsWrite() != (rule.audit() == MethodRule::AUDIT_CHANGE)) {
      Fault("AUDIT_CHANGE goes with EFFECT_WRITE, and only with it");
    }
    if (method_.IsInline() && (method_.IsWrite() || rule.audit() != MethodRule::AUDIT_NONE)) {
      Fault("cannot be inline: it needs the store");
    }
    if (method_.descriptor->client_streaming()) Fault("client streams are not served");
    if (!method_.IsWrite()) return;
    if (method_.descriptor->server_streaming()) Fault("a write cannot be a stream");
    method_.request_id = FieldOfType("request_id", FieldDescriptor::TYPE_STRING);
    method_.validate_only = FieldOfType("validate_only", FieldDescriptor::TYPE_BOOL);
    if (method_.request_id == nullptr) Fault("a write needs a string field request_id");
  }

  const FieldDescriptor* FieldOfType(const char* name, FieldDescriptor::Type type) const {
    const FieldDescriptor* field = request_->FindFieldByName(name);
    return field != nullptr && field->type() == type && !field->is_repeated() ? field : nullptr;
  }

  void ReadScope() {
    if (!method_.rule.patient_field().empty()) {
      method_.patient = ReadPath(method_.rule.patient_field());
      if (method_.patient.has_value()) CheckAlwaysFilled(*method_.patient);
    }
    for (const std::string& path : method_.rule.clinic_fields()) {
      if (auto resolved = ReadPath(path)) method_.clinics.push_back(*std::move(resolved));
    }
  }

  std::optional<FieldPath> ReadPath(const std::string& path) {
    auto resolved = FieldPath::Resolve(request_, path);
    if (resolved.ok()) return *std::move(resolved);
    Fault(resolved.status().message());
    return std::nullopt;
  }

  // A patient's own name is filled in where it is left out. That must not fail for want of a
  // message to put it into, or the call would go on unscoped.
  void CheckAlwaysFilled(const FieldPath& path) {
    if (path.fields().back()->is_repeated()) Fault("its patient_field must be a single one");
    for (size_t i = 0; i + 1 < path.fields().size(); ++i) {
      const FieldDescriptor* parent = path.fields()[i];
      if (!parent->is_repeated() &&
          !parent->options().GetExtension(options::v1::field).required()) {
        Fault(absl::StrCat(parent->name(), " must be required: the patient_field is in it"));
      }
    }
  }

  void ReadSize() {
    const int declared = method_.rule.request_bytes_max();
    if (declared < 0 || declared > limits::kRequestBytesMax) {
      Fault(absl::StrCat("request_bytes_max must be 0 to ", limits::kRequestBytesMax));
    }
    method_.request_bytes_max = declared == 0 ? limits::kRequestBytesUsualMax : declared;
  }

  const Permissions& permissions_;
  std::vector<std::string>& faults_;
  const Descriptor* const request_;
  Method method_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<const MethodTable>> MethodTable::Create(
    const std::vector<const google::protobuf::ServiceDescriptor*>& services,
    const Permissions& permissions) {
  std::unique_ptr<MethodTable> table(new MethodTable);
  std::vector<std::string> faults;
  std::vector<const Descriptor*> requests;
  for (const auto* service : services) {
    for (int i = 0; i < service->method_count(); ++i) {
      const MethodDescriptor* descriptor = service->method(i);
      Method method = MethodReader(descriptor, permissions, &faults).Read();
      const std::string name = method.name;
      if (!method.rule.open_to_all()) table->permissions_.insert(method.rule.permission());
      if (!table->by_request_.emplace(descriptor->input_type(), std::move(method)).second) {
        faults.push_back(absl::StrCat(name, ": another method has the same request type"));
      }
      requests.push_back(descriptor->input_type());
    }
  }
  auto validator = Validator::Create(requests);
  if (!validator.ok()) {
    faults.emplace_back(validator.status().message());
  } else {
    table->validator_ = *std::move(validator);
    for (const std::string& permission : table->validator_->permissions()) {
      table->permissions_.insert(permission);
      if (!permissions.Knows(permission)) {
        faults.push_back(
            absl::StrCat("a field names the permission ", permission, ", which no role has"));
      }
    }
  }
  if (!faults.empty()) return absl::InvalidArgumentError(absl::StrJoin(faults, "\n"));
  return std::unique_ptr<const MethodTable>(std::move(table));
}

const Method* MethodTable::Find(const Descriptor* request) const {
  const auto found = by_request_.find(request);
  return found == by_request_.end() ? nullptr : &found->second;
}

}  // namespace clarity::rpc
