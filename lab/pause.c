/* The one program of the pod sandboxes and of the distroless target: waits, reaps, and answers on a TCP port when given one. */
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static void leave(int sig) { (void)sig; _exit(0); }

static void reap(int sig) {
    (void)sig;
    while (waitpid(-1, NULL, WNOHANG) > 0) { }
}

static int listen_on(int port) {
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(port) };
    int listener = socket(AF_INET, SOCK_STREAM, 0), yes = 1;
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) != 0 || listen(listener, 16) != 0) {
        static const char refused[] = "cannot listen on the port; waiting without it\n";
        (void)!write(2, refused, strlen(refused));
        return -1;
    }
    return listener;
}

int main(int count, char **arguments) {
    static const char answer[] = "HTTP/1.0 200 OK\r\nContent-Length: 3\r\n\r\nok\n";
    /* Interrupted calls are restarted, so that a reaped child does not end the loop below. */
    struct sigaction on_child = { .sa_handler = reap, .sa_flags = SA_RESTART | SA_NOCLDSTOP };
    sigaction(SIGCHLD, &on_child, NULL);
    signal(SIGTERM, leave);
    signal(SIGINT, leave);
    signal(SIGPIPE, SIG_IGN);
    int listener = count > 1 ? listen_on(atoi(arguments[1])) : -1;
    while (listener >= 0) {
        int client = accept(listener, NULL, NULL);
        if (client < 0) continue;
        (void)!write(client, answer, sizeof answer - 1);
        shutdown(client, SHUT_WR);
        close(client);
    }
    for (;;) pause();
}
