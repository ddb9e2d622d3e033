import ca.uhn.hl7v2.DefaultHapiContext;
import ca.uhn.hl7v2.app.Connection;
import ca.uhn.hl7v2.model.AbstractMessage;
import ca.uhn.hl7v2.model.Message;
import ca.uhn.hl7v2.model.v24.message.ADT_A01;
import ca.uhn.hl7v2.model.v24.message.ADT_A02;
import ca.uhn.hl7v2.model.v24.message.ADT_A03;
import ca.uhn.hl7v2.util.StandardSocketFactory;
import ca.uhn.hl7v2.util.Terser;
import java.io.ByteArrayInputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * A hospital's engine, which knows nothing of Homeward: HAPI HL7 v2 builds the messages, frames them, and reads and checks the acknowledgements.
 * Arguments: plain port, TLS port, folder with client.pem, client.key and ca.pem, NHS number. Prints a line for each acknowledgement.
 */
public class Hl7Client {
  private static final int ANSWER_WITHIN_MS = 30_000;
  private static String nhsNumber;

  public static void main(String[] args) throws Exception {
    nhsNumber = args[3];
    try (DefaultHapiContext context = new DefaultHapiContext()) {
      context.getExecutorService();
      Connection plain = open(context, Integer.parseInt(args[0]), false);
      say("plain A01", plain, admitted("PAS", "H-1"));
      say("plain A02", plain, moved("PAS", "H-2"));
      say("plain A08", plain, fitToLeave("PAS", "H-3"));
      say("plain A03", plain, discharged("PAS", "H-4"));
      say("plain A03 again", plain, discharged("PAS", "H-4"));
      say("plain 2.4 without class", plain, withoutClass(new ADT_A01(), "H-5"));
      say("plain 2.5 without class", plain, withoutClass(new ca.uhn.hl7v2.model.v25.message.ADT_A01(), "H-6"));
      say("plain enhanced", plain, asking(admitted("PAS", "H-7"), "AL", "NE"));
      say("plain of the certificate's feed", plain, admitted("TIE", "H-8"));
      plain.close();

      context.setSocketFactory(withCertificate(Path.of(args[2])));
      Connection secured = open(context, Integer.parseInt(args[1]), true);
      say("TLS A01", secured, admitted("TIE", "T-1"));
      say("TLS A08", secured, fitToLeave("TIE", "T-2"));
      say("TLS A03", secured, discharged("TIE", "T-3"));
      say("TLS of another feed", secured, admitted("PAS", "T-4"));
      secured.close();
    }
    System.exit(0);
  }

  private static Connection open(DefaultHapiContext context, int port, boolean tls) throws Exception {
    Connection connection = context.newClient("localhost", port, tls);
    connection.getInitiator().setTimeout(ANSWER_WITHIN_MS, java.util.concurrent.TimeUnit.MILLISECONDS);
    return connection;
  }

  /** HAPI itself holds the answer to its message by MSA-2, and parses it by the version in MSH-12. */
  private static void say(String what, Connection connection, Message message) throws Exception {
    Message answer = connection.getInitiator().sendAndReceive(message);
    Terser told = new Terser(answer);
    String error = "";
    if (answer.getVersion().equals("2.5") && !told.get("/MSA-1").endsWith("A"))
      error = told.get("/ERR-2-1") + "-" + told.get("/ERR-2-3") + " " + told.get("/ERR-3-1") + " " + told.get("/ERR-4");
    else if (!told.get("/MSA-1").endsWith("A"))
      error = told.get("/ERR-1-1") + "-" + told.get("/ERR-1-3") + " " + told.get("/ERR-1-4-1");
    String kind = told.get("/MSH-9-1") + "^" + told.get("/MSH-9-2") + "^" + told.get("/MSH-9-3");
    String line = String.join("\t", what, told.get("/MSA-1"), told.get("/MSA-2"), kind, answer.getVersion());
    System.out.println(error.isEmpty() ? line : line + "\t" + error);
  }

  private static <M extends AbstractMessage> M begun(M message, String event, String application, String id) throws Exception {
    message.initQuickstart("ADT", event, "P");
    put(message, "MSH-3", application, "MSH-4", "RAL", "MSH-5", "HOMEWARD", "MSH-6", "BARNET", "MSH-10", id);
    put(message, "MSH-7", "20261103101500+0000", "EVN-2", "20261103101500+0000");
    put(message, "PID-1", "1", "PID-5-1", "TESTPATIENT", "PID-5-2", "ADA", "PID-7", "19400215", "PID-8", "F");
    put(message, "PID-3(0)-1", nhsNumber, "PID-3(0)-4", "NHS", "PID-3(0)-5", "NH", "PID-32", "NSTS01");
    put(message, "PID-3(1)-1", "H-" + application, "PID-3(1)-4", "RAL", "PID-3(1)-5", "MR");
    put(message, "PV1-1", "1", "PV1-2", "I", "PV1-3-1", "LARCH", "PV1-3-2", "1", "PV1-3-3", "A", "PV1-3-4", "RAL");
    put(message, "PV1-19-1", "V-" + application, "PV1-19-4", "RAL", "PV1-44", "20261101120000+0000");
    return message;
  }

  private static Message admitted(String application, String id) throws Exception {
    return put(begun(new ADT_A01(), "A01", application, id), "EVN-6", "20261101120000+0000");
  }

  private static Message moved(String application, String id) throws Exception {
    Message message = begun(new ADT_A02(), "A02", application, id);
    return put(message, "EVN-6", "20261102120000+0000", "PV1-3-1", "OAK", "PV1-3-2", "2", "PV1-3-3", "B");
  }

  private static Message fitToLeave(String application, String id) throws Exception {
    Message message = begun(new ADT_A01(), "A08", application, id);
    message.addNonstandardSegment("ZU1");
    return put(message, "ZU1-22", "Y", "ZU1-24", "20261103");
  }

  private static Message discharged(String application, String id) throws Exception {
    Message message = begun(new ADT_A03(), "A03", application, id);
    return put(message, "EVN-6", "20261103094000+0000", "PV1-36", "19", "PV1-45", "20261103094000+0000");
  }

  private static Message withoutClass(AbstractMessage message, String id) throws Exception {
    return put(begun(message, "A01", "PAS", id), "PV1-2", "");
  }

  private static Message asking(Message message, String accept, String application) throws Exception {
    return put(message, "MSH-15", accept, "MSH-16", application);
  }

  private static Message put(Message message, String... fieldsAndValues) throws Exception {
    Terser terser = new Terser(message);
    for (int at = 0; at < fieldsAndValues.length; at += 2) terser.set("/." + fieldsAndValues[at], fieldsAndValues[at + 1]);
    return message;
  }

  private static StandardSocketFactory withCertificate(Path folder) throws Exception {
    CertificateFactory certificates = CertificateFactory.getInstance("X.509");
    Certificate own = certificates.generateCertificate(new ByteArrayInputStream(Files.readAllBytes(folder.resolve("client.pem"))));
    Certificate authority = certificates.generateCertificate(new ByteArrayInputStream(Files.readAllBytes(folder.resolve("ca.pem"))));
    String pem = Files.readString(folder.resolve("client.key"), StandardCharsets.US_ASCII);
    byte[] key = Base64.getMimeDecoder().decode(pem.replaceAll("-----[A-Z ]+-----", ""));
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    store.setKeyEntry("own", KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(key)), new char[0], new Certificate[] {own});
    store.setCertificateEntry("authority", authority);
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(store, new char[0]);
    TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(store);
    SSLContext tls = SSLContext.getInstance("TLS");
    tls.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
    return new StandardSocketFactory() {
      @Override
      public Socket createTlsSocket() throws java.io.IOException {
        return tls.getSocketFactory().createSocket();
      }
    };
  }
}
