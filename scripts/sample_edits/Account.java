public class Account {
    private int balance;

    public int getBalance() {
        return balance;
    }

    public void deposit$0(int amount) {
        balance += amount;
    }
}
