#include "ledger.h"

void account_take(struct account *account) { pthread_mutex_lock(&account->lock); account->balance--; }
void account_release(struct account *account) { account->balance++; pthread_mutex_unlock(&account->lock); }
