/* What a CA would send as a certificate: checked, and read for its days and its holder. */
#include "cardops/issue/certificate.h"
#include "cardops/issue/enrol_check.h"
#include "cardops/issue/enrol_holder.h"
#include "cardops/practice/ca_profile.h"

#include <openssl/rsa.h>
#include <openssl/x509v3.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct enrol_expectation expectation;

static void prepare(void)
{
    expectation = (struct enrol_expectation){
        .key = EVP_RSA_gen(2048), .roots = sk_X509_new_null(), .usage = KU_DIGITAL_SIGNATURE,
        .policy = "1.2.392.200149.8.5.1.3.30", .largest = 2048, .now = 1795000000, .leeway = 300,
    };
    X509 *root = ca_profile_root(CA_AUTH, expectation.key, 2);
    if (root == NULL || sk_X509_push(expectation.roots, root) <= 0)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes der = {0};
    struct certificate_facts facts;
    struct enrol_holder holder;
    if (expectation.key == NULL)
        prepare();
    if (size == 0 || size > 16384 || !bytes_set(&der, data, size))
        return 0;
    if (enrol_holder_read(&holder, data, size) && holder.name[0] == '\0')
        abort();
    (void)!certificate_facts_read(&der, &facts);
    (void)!enrol_is_der(data, size);
    const unsigned char *at = data;
    X509 *certificate = d2i_X509(NULL, &at, (long)size);
    /* The key is new each time: nothing in a corpus can be signed by it. */
    if (certificate != NULL && enrol_check(certificate, &expectation) == ENROL_FINE)
        abort();
    X509_free(certificate);
    bytes_free(&der);
    return 0;
}
