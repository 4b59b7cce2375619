/* A target to trace and debug: a small server on port 8080 that tells how often each of its threads has worked.
 *   worker threads N    N threads at work
 *   worker bomb N       the same with one thread, and a burst of N short-lived processes every second, each the parent of others
 *   worker deadlock     two transfers between the same two accounts, each waiting for the other's lock; the server waits for both */
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include "ledger.h"

#define MOST_THREADS 64
#define MOST_PROCESSES 200

static volatile unsigned long worked[MOST_THREADS];
static int threads = 1;
static struct account savings = ACCOUNT(100), current = ACCOUNT(50);

__attribute__((noinline)) static void work(volatile unsigned long *count) {
    struct timespec pause = { .tv_nsec = 10000000 };
    (void)getppid();
    nanosleep(&pause, NULL);
    ++*count;
}

__attribute__((noreturn)) static void *worker(void *count) {
    for (;;) work(count);
}

__attribute__((noinline)) static void *transfer(void *reverse) {
    struct account *from = reverse ? &current : &savings, *to = reverse ? &savings : &current;
    account_take(from);
    sleep(1);
    account_take(to);
    account_release(to);
    account_release(from);
    return NULL;
}

/* Processes that start others while there is room; all in all at most so many at once. */
static void burst(volatile int *room) {
    while (__atomic_sub_fetch(room, 1, __ATOMIC_SEQ_CST) >= 0) {
        if (fork() == 0) {
            usleep(20000);
            burst(room);
            while (wait(NULL) > 0) { }
            _exit(0);
        }
    }
}

__attribute__((noreturn)) static void *bomb(void *size) {
    int *room = mmap(NULL, sizeof *room, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    for (;;) {
        *room = *(int *)size;
        burst(room);
        while (wait(NULL) > 0) { }
        sleep(1);
    }
}

__attribute__((noinline)) static void answer(int client) {
    char text[MOST_THREADS * 12 + 64] = "HTTP/1.0 200 OK\r\n\r\n";
    size_t length = strlen(text);
    for (int i = 0; i < threads; i++) length += (size_t)snprintf(text + length, 12, "%lu\n", worked[i]);
    (void)!write(client, text, length);
    shutdown(client, SHUT_WR);
    close(client);
}

static void serve(void) {
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(8080) };
    int listener = socket(AF_INET, SOCK_STREAM, 0), yes = 1;
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) != 0 || listen(listener, 16) != 0) _exit(1);
    for (;;) {
        int client = accept(listener, NULL, NULL);
        if (client >= 0) answer(client);
    }
}

static void leave(int signal) {
    (void)signal;
    _exit(0);
}

static pthread_t start(void *(*run)(void *), void *argument) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, run, argument) != 0) _exit(1);
    return thread;
}

static int size(const char *text, int most) {
    int number = text ? atoi(text) : 1;
    return number < 1 ? 1 : number > most ? most : number;
}

int main(int count, char **arguments) {
    const char *mode = count > 1 ? arguments[1] : "threads";
    static int processes;
    signal(SIGTERM, leave);
    signal(SIGPIPE, SIG_IGN);
    if (strcmp(mode, "deadlock") == 0) {
        pthread_t both[] = { start(transfer, NULL), start(transfer, "reverse") };
        pthread_join(both[0], NULL);
        pthread_join(both[1], NULL);
    }
    if (strcmp(mode, "threads") == 0) threads = size(arguments[2], MOST_THREADS);
    for (int i = 0; i < threads; i++) start(worker, (void *)&worked[i]);
    if (strcmp(mode, "bomb") == 0) {
        processes = size(arguments[2], MOST_PROCESSES);
        start(bomb, &processes);
    }
    serve();
}
