/** Starts Trino's server, whose artifact in Maven Central has no main class. */
public final class TrinoServer {
    private TrinoServer() {}

    public static void main(String[] args) {
        new io.trino.server.Server().start(args[0]);
    }
}
