import java.io.File;
import org.apache.catalina.startup.Tomcat;

/** A folder of files, served by the container's own servlet. */
public class App {
    public static void main(String[] args) throws Exception {
        Tomcat tomcat = new Tomcat();
        tomcat.setBaseDir(System.getenv("STATE"));
        tomcat.setHostname("127.0.0.1");
        tomcat.setPort(Integer.parseInt(System.getenv("PORT")));
        tomcat.getConnector().setProperty("address", "127.0.0.1");
        tomcat.addWebapp("", new File("site").getAbsolutePath());
        tomcat.start();
        tomcat.getServer().await();
    }
}
