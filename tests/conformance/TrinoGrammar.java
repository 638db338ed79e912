import io.trino.grammar.sql.SqlBaseLexer;
import io.trino.grammar.sql.SqlBaseParser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.antlr.v4.runtime.BaseErrorListener;
import org.antlr.v4.runtime.CharStream;
import org.antlr.v4.runtime.CharStreams;
import org.antlr.v4.runtime.CommonTokenStream;
import org.antlr.v4.runtime.RecognitionException;
import org.antlr.v4.runtime.Recognizer;
import org.antlr.v4.runtime.Token;
import org.antlr.v4.runtime.tree.ParseTree;
import org.antlr.v4.runtime.tree.ParseTreeWalker;

/**
 * Reads SQL files with Trino's own grammar: one statement a file.
 *
 * <p>Usage: TrinoGrammar FUNCTIONS DIR. FUNCTIONS lists the functions that statements may call, one a line.
 * Prints what is wrong as DIR-relative path:line:column and the number of files read; exits 1 if anything is wrong.
 * It checks words, not meaning: tables, columns and types are not known here.
 */
public final class TrinoGrammar {
    private final Set<String> functions;
    private final List<String> faults = new ArrayList<>();

    private TrinoGrammar(Set<String> functions) {
        this.functions = functions;
    }

    public static void main(String[] args) throws IOException {
        Path root = Path.of(args[1]);
        TrinoGrammar grammar = new TrinoGrammar(wordsOf(Path.of(args[0])));
        List<Path> files = sqlBelow(root);
        for (Path file : files) {
            grammar.read(root.relativize(file).toString(), Files.readString(file));
        }
        grammar.faults.forEach(System.out::println);
        System.out.println(files.size() + " statements");
        System.exit(grammar.faults.isEmpty() && !files.isEmpty() ? 0 : 1);
    }

    private static Set<String> wordsOf(Path list) throws IOException {
        return Files.readAllLines(list).stream()
                .map(line -> line.replaceFirst("#.*", "").strip())
                .filter(word -> !word.isEmpty())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static List<Path> sqlBelow(Path root) throws IOException {
        try (Stream<Path> all = Files.walk(root)) {
            return all.filter(path -> path.toString().endsWith(".sql") && Files.isRegularFile(path))
                    .sorted()
                    .toList();
        } catch (UncheckedIOException failure) {
            throw failure.getCause();
        }
    }

    private void read(String name, String sql) {
        SqlBaseLexer lexer = new SqlBaseLexer(upperCased(CharStreams.fromString(sql)));
        CommonTokenStream tokens = new CommonTokenStream(lexer);
        SqlBaseParser parser = new SqlBaseParser(tokens);
        BaseErrorListener listener = new BaseErrorListener() {
            @Override
            public void syntaxError(
                    Recognizer<?, ?> who, Object what, int line, int at, String message, RecognitionException cause) {
                fault(name, line, at, message);
            }
        };
        lexer.removeErrorListeners();
        lexer.addErrorListener(listener);
        parser.removeErrorListeners();
        parser.addErrorListener(listener);
        ParseTree tree = parser.singleStatement();
        refuseWords(name, tokens.getTokens());
        ParseTreeWalker.DEFAULT.walk(new Calls(name), tree);
    }

    /** What the grammar lets through: Trino refuses it later, or means something else by it. */
    private void refuseWords(String name, List<Token> tokens) {
        List<Token> seen = tokens.stream().filter(token -> token.getChannel() == Token.DEFAULT_CHANNEL).toList();
        for (int i = 0; i < seen.size(); i++) {
            Token token = seen.get(i);
            if (token.getType() == SqlBaseLexer.BACKQUOTED_IDENTIFIER) {
                fault(name, token.getLine(), token.getCharPositionInLine(), "names are not quoted by backquotes");
            }
            if (token.getType() == SqlBaseLexer.DIGIT_IDENTIFIER) {
                fault(name, token.getLine(), token.getCharPositionInLine(), "a name does not begin with a digit");
            }
            if (i + 2 < seen.size()
                    && token.getType() == SqlBaseLexer.GROUP
                    && seen.get(i + 1).getType() == SqlBaseLexer.BY
                    && seen.get(i + 2).getType() == SqlBaseLexer.ALL) {
                fault(name, token.getLine(), token.getCharPositionInLine(), "`group by all` would group by a column `all`");
            }
        }
    }

    private void fault(String file, int line, int column, String message) {
        String brief = message.length() > 160 ? message.substring(0, 160) + " ..." : message;
        faults.add(file + ":" + line + ":" + (column + 1) + ": " + brief);
    }

    /** The grammar knows its key words in upper case only; what is read, and shown in messages, stays as written. */
    private static CharStream upperCased(CharStream text) {
        return (CharStream) Proxy.newProxyInstance(
                TrinoGrammar.class.getClassLoader(), new Class<?>[] {CharStream.class}, (proxy, method, args) -> {
                    Object result = method.invoke(text, args);
                    boolean ahead = method.getName().equals("LA") && (Integer) result > 0;
                    return ahead ? (Object) Character.toUpperCase((Integer) result) : result;
                });
    }

    /** Functions that Trino does not have pass its grammar, and fail on the first query. */
    private final class Calls extends io.trino.grammar.sql.SqlBaseBaseListener {
        private final String name;

        private Calls(String name) {
            this.name = name;
        }

        @Override
        public void enterFunctionCall(SqlBaseParser.FunctionCallContext call) {
            String function = call.qualifiedName().getText().toLowerCase();
            if (!functions.contains(function)) {
                Token at = call.getStart();
                fault(name, at.getLine(), at.getCharPositionInLine(), "`" + function + "` is not in functions.txt");
            }
        }
    }
}
