import java.util.ArrayList;
import java.util.List;

class Names {
    private final List<String> names = new ArrayList<>();

    void add(String name) {
        names.add(name);
    }

    /** How many names begin with the given letter. */
    int countStartingWith(char letter) {
        int count = 0;
        for (String name : names) {
            $0
        }
        return count;
    }
}
