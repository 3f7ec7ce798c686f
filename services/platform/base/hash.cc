#include "services/platform/base/hash.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>

namespace clarity::base {

std::string Sha256(absl::string_view text) {
  // Looking the algorithm up takes as long as hashing a few hundred bytes: done once.
  static EVP_MD* const sha256 = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  std::string digest(SHA256_DIGEST_LENGTH, '\0');
  EVP_Digest(text.data(), text.size(), reinterpret_cast<unsigned char*>(&digest[0]), nullptr,
             sha256, nullptr);
  return digest;
}

std::string HmacSha256(absl::string_view key, absl::string_view text) {
  std::string digest(SHA256_DIGEST_LENGTH, '\0');
  unsigned int size = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(),
       reinterpret_cast<unsigned char*>(&digest[0]), &size);
  return digest;
}

}  // namespace clarity::base
