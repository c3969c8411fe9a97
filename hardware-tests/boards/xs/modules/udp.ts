// `embedded:io/socket/udp` of the virtual board: only a class to be handed to the resolver, which needs no packets here.
class UDP {
    close(): void {
        // Nothing was opened.
    }
}

export default UDP;
