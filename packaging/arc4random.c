// Debian's static expat asks glibc 2.36 for this function; packaging/bundle.py links it with this one, so that
// the bundle runs with older ones.
#include <stddef.h>
#include <sys/random.h>

__attribute__((visibility("hidden"))) void arc4random_buf(void* bytes, size_t count) {
    unsigned char* to = bytes;
    while (count > 0) {
        const ssize_t got = getrandom(to, count, 0);
        if (got > 0) {
            to += got;
            count -= (size_t)got;
        }
    }
}
