#ifndef CLARITY_SERVICES_PLATFORM_RPC_AUTHENTICATOR_H_
#define CLARITY_SERVICES_PLATFORM_RPC_AUTHENTICATOR_H_

#include <filesystem>
#include <list>
#include <map>
#include <memory>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "services/platform/base/clock.h"
#include "services/platform/base/limits.h"
#include "services/platform/base/mutex.h"
#include "services/platform/rpc/call.h"

namespace clarity::rpc {

// Finds out who calls, from a signed token (RFC 7519) of an issuer we trust.
//
// ES256 and RS256 only, and a key verifies only the algorithm of its own type, so that a public
// key is never taken for a shared secret. A verified token is remembered by its hash until it
// expires, is revoked, or its key is taken away: verifying costs tens of microseconds. Tokens are
// never logged or kept.
class Authenticator {
 public:
  struct Options {
    // "{kid}.pem": the public keys of the issuer; read again, as one may be added or taken away
    std::string keys_directory;
    std::string issuer;           // must be the token's `iss`
    std::string audience;         // must be, or be among, the token's `aud`
    std::string revocation_file;  // a `jti` a line; read again when it changes. Empty: none
    size_t tokens_cached_max = limits::kTokensCachedMax;
  };

  // Fails when there is no key, or one that is not a P-256 or an RSA key of 2048 bits or more.
  static absl::StatusOr<std::unique_ptr<Authenticator>> Create(Options options,
                                                               const base::Clock* clock);
  ~Authenticator();

  // The caller, where this very token was verified before and is still good; otherwise null,
  // which says nothing about the token. Cheap: for callback threads.
  std::shared_ptr<const Principal> FindCached(absl::string_view token);

  // The caller, or UNAUTHENTICATED.
  absl::StatusOr<std::shared_ptr<const Principal>> Authenticate(absl::string_view token);

  // Looks for what has changed in the revocation file and among the keys. To be called about once a
  // second.
  void Refresh();

 private:
  struct Key;
  using Keys = std::map<std::string, std::shared_ptr<const Key>, std::less<>>;  // by kid
  struct Verified {
    Principal principal;
    absl::Time expire_time;
    std::string jti;
    std::weak_ptr<const Key> key;  // gone once nobody trusts it any more
  };
  struct Cached {
    std::shared_ptr<const Principal> principal;
    absl::Time expire_time;
    std::string jti;
    std::weak_ptr<const Key> key;
    std::list<std::string>::iterator age;  // its place in ages_
  };

  Authenticator(Options options, const base::Clock* clock);

  static std::string NamesOf(const Keys& keys);
  // The keys in the directory, those that have not changed as they are in keys_. `fault` says what
  // is wrong with one of the files, if anything is.
  absl::StatusOr<Keys> ReadKeys(std::string* fault);
  absl::StatusOr<std::shared_ptr<const Key>> ReadKey(const std::filesystem::path& path);
  void RefreshKeys();
  std::shared_ptr<const Key> FindKey(absl::string_view kid);
  absl::StatusOr<Verified> Verify(absl::string_view token);
  static absl::StatusOr<std::string> VerifySignature(const std::string& token,
                                                     absl::string_view algorithm, const Key& key);
  absl::StatusOr<Verified> ReadClaims(const std::string& claims_json) const;
  std::shared_ptr<const Principal> Remember(std::string hash, Verified verified);

  absl::Status ReadRevoked() ABSL_LOCKS_EXCLUDED(mutex_);

  const Options options_;
  const base::Clock* const clock_;

  base::Mutex mutex_;
  Keys keys_ ABSL_GUARDED_BY(mutex_);
  std::string keys_fault_ ABSL_GUARDED_BY(mutex_);  // told last
  absl::flat_hash_map<std::string, Cached> by_hash_ ABSL_GUARDED_BY(mutex_);
  std::list<std::string> ages_ ABSL_GUARDED_BY(mutex_);  // hashes, least recently used first
  absl::flat_hash_set<std::string> revoked_ ABSL_GUARDED_BY(mutex_);
  bool revoked_is_unread_ ABSL_GUARDED_BY(mutex_) = false;  // as was told
  std::filesystem::file_time_type revoked_file_time_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace clarity::rpc

#endif  // CLARITY_SERVICES_PLATFORM_RPC_AUTHENTICATOR_H_
