/* What lies in a shared library of the worker, where it is built with one. */
#include <pthread.h>

struct account {
    pthread_mutex_t lock;
    long balance;
};

#define ACCOUNT(amount) { PTHREAD_MUTEX_INITIALIZER, amount }

void account_take(struct account *account);
void account_release(struct account *account);
