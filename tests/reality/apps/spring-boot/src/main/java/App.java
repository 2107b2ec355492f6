import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Boats by number; what is no number is an error, shown on the framework's own error page. */
@RestController
@EnableAutoConfiguration
public class App {
    @RequestMapping(value = "/", produces = "text/html")
    String index() {
        return "<!doctype html><title>Boats</title><a href='/boat?id=7'>Boat 7</a>";
    }

    @RequestMapping(value = "/boat", produces = "text/html")
    String boat(@RequestParam String id) {
        if (!id.matches("[0-9]{1,6}")) {
            throw new IllegalArgumentException("No boat " + id);
        }
        return "<!doctype html><title>Boat</title><h1>Boat " + id + "</h1>";
    }

    public static void main(String[] args) {
        System.setProperty("server.port", System.getenv("PORT"));
        System.setProperty("server.address", "127.0.0.1");
        SpringApplication.run(App.class, args);
    }
}
