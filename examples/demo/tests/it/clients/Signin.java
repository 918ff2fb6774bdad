// The JDK's own HTTP client with an Authenticator. The client calls it only if the response has a challenge.
//
//     java Signin.java http://127.0.0.1:PORT
import java.net.Authenticator;
import java.net.PasswordAuthentication;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

class Signin {
    static final AtomicInteger ASKED = new AtomicInteger();
    static final HttpClient CLIENT = HttpClient.newBuilder().authenticator(new Authenticator() {
        @Override
        protected PasswordAuthentication getPasswordAuthentication() {
            ASKED.incrementAndGet();
            return new PasswordAuthentication("rotating", "rotating-secret-for-the-demo-only".toCharArray());
        }
    }).build();
    static final String PASSWORD = "grant_type=password&username=ivan&password=ivan";

    static HttpResponse<String> post(String url, String form) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(url + "/token"))
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(BodyPublishers.ofString(form))
            .build();
        return CLIENT.send(request, BodyHandlers.ofString());
    }

    static void must(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError(what);
        }
    }

    static String member(HttpResponse<String> answer, String name) {
        Matcher found = Pattern.compile("\"" + name + "\":\"([^\"]*)\"").matcher(answer.body());
        must(found.find(), name + " in " + answer.body());
        return found.group(1);
    }

    public static void main(String[] arguments) throws Exception {
        String url = arguments[0];
        String refused = PASSWORD + "&client_id=rotating&client_secret=wrong";
        for (String form : new String[] {refused, PASSWORD + "&client_id=nobody", PASSWORD + "&client_id=rotating"}) {
            HttpResponse<String> answer = post(url, form);
            must(answer.statusCode() == 400, form + ": " + answer.statusCode());
            must(member(answer, "error").equals("invalid_client"), answer.body());
        }
        must(ASKED.get() == 0, "the authenticator was asked without a challenge");
        HttpResponse<String> first = post(url, PASSWORD + "&client_id=public-app");
        must(first.statusCode() == 200, first.body());
        String refresh = "grant_type=refresh_token&client_id=public-app&refresh_token=" + member(first, "refresh_token");
        must(post(url, refresh).statusCode() == 200, "a refresh");
        must(ASKED.get() == 0, "the authenticator was asked without a challenge");
        HttpResponse<String> challenged = post(url, PASSWORD);
        must(challenged.statusCode() == 200, challenged.body());
        must(ASKED.get() == 1, "nobody is named: there is a challenge, and the authenticator answers it");
        must(member(challenged, "as:client_id").equals("rotating"), challenged.body());
        System.out.println("java.net.http: as expected");
    }
}
