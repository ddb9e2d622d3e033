import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.rest.api.EncodingEnum;
import ca.uhn.fhir.rest.api.MethodOutcome;
import ca.uhn.fhir.rest.client.api.IGenericClient;
import ca.uhn.fhir.rest.client.api.ServerValidationModeEnum;
import ca.uhn.fhir.rest.client.interceptor.BearerTokenAuthInterceptor;
import ca.uhn.fhir.rest.server.exceptions.BaseServerResponseException;
import java.util.Date;
import java.time.Instant;
import org.hl7.fhir.instance.model.api.IBaseOperationOutcome;
import org.hl7.fhir.r4.model.Bundle;
import org.hl7.fhir.r4.model.CapabilityStatement;
import org.hl7.fhir.r4.model.Encounter;
import org.hl7.fhir.r4.model.Enumerations;
import org.hl7.fhir.r4.model.Extension;
import org.hl7.fhir.r4.model.Identifier;
import org.hl7.fhir.r4.model.InstantType;
import org.hl7.fhir.r4.model.Location;
import org.hl7.fhir.r4.model.OperationOutcome;
import org.hl7.fhir.r4.model.Patient;
import org.hl7.fhir.r4.model.Reference;

/**
 * A hospital's FHIR client, which knows nothing of Homeward: HAPI FHIR reads the capability statement first, builds and sends the resources, and reads the answers.
 * Arguments: base address, token, NHS number. Prints a line for each answer.
 */
public class FhirClient {
  private static final String TAKEN = "https://homeward.example/fhir/StructureDefinition/taken";
  private static String nhsNumber;

  public static void main(String[] args) {
    try {
      run(args);
    } catch (BaseServerResponseException refused) {
      System.err.println(refused.getStatusCode() + " " + refused.getResponseBody());
      System.exit(1);
    }
    System.exit(0);
  }

  private static void run(String[] args) {
    nhsNumber = args[2];
    FhirContext context = FhirContext.forR4();
    context.getRestfulClientFactory().setServerValidationMode(ServerValidationModeEnum.ONCE);
    context.getRestfulClientFactory().setSocketTimeout(30_000);
    IGenericClient client = context.newRestfulGenericClient(args[0]);
    client.setEncoding(EncodingEnum.JSON);
    CapabilityStatement offered = client.capabilities().ofType(CapabilityStatement.class).execute();
    System.out.println("metadata\t" + offered.getFhirVersion().toCode());
    System.out.println("without token\t" + statusOf(() -> client.update().resource(admitted()).execute()));
    client.registerInterceptor(new BearerTokenAuthInterceptor(args[1]));

    say("PUT admitted", client.update().resource(admitted()).execute());
    say("PUT admitted again", client.update().resource(admitted()).execute());
    say("PUT fit to leave", client.update().resource(fitToLeave()).execute());
    Bundle answer = client.transaction().withBundle(transaction(discharged())).execute();
    System.out.println("transaction\t" + answer.getType().toCode() + "\t" + answer.getEntryFirstRep().getResponse().getStatus());
    Encounter nameless = admitted();
    nameless.setId("enc-hapi-bad");
    nameless.setIdentifier(null);
    System.out.println("PUT without visit\t" + statusOf(() -> client.update().resource(nameless).execute()));
  }

  private static void say(String what, MethodOutcome outcome) {
    OperationOutcome told = (OperationOutcome) outcome.getOperationOutcome();
    Extension taken = told.getExtensionByUrl(TAKEN);
    String acknowledgement = taken.getExtensionByUrl("acknowledgement").getValue().primitiveValue();
    String stay = taken.getExtensionByUrl("stayId").getValue().primitiveValue();
    System.out.println(String.join("\t", what, acknowledgement, stay));
  }

  private static String statusOf(Runnable call) {
    try {
      call.run();
      return "taken";
    } catch (BaseServerResponseException refused) {
      IBaseOperationOutcome told = refused.getOperationOutcome();
      String code = told instanceof OperationOutcome ? ((OperationOutcome) told).getIssueFirstRep().getCode().toCode() : "";
      return refused.getStatusCode() + "\t" + code;
    }
  }

  private static Date at(String instant) {
    return Date.from(Instant.parse(instant));
  }

  private static Reference hospital() {
    return new Reference().setIdentifier(new Identifier().setSystem("https://fhir.nhs.uk/Id/ods-organization-code").setValue("RAL"));
  }

  private static Identifier local(String type, String value) {
    Identifier identifier = new Identifier().setValue(value).setAssigner(hospital());
    identifier.getType().addCoding().setSystem("http://terminology.hl7.org/CodeSystem/v2-0203").setCode(type);
    return identifier;
  }

  private static Encounter admitted() {
    Patient patient = new Patient();
    patient.addIdentifier(new Identifier().setSystem("https://fhir.nhs.uk/Id/nhs-number").setValue(nhsNumber));
    patient.addIdentifier(local("MR", "H-FHIR"));
    patient.addName().setFamily("Testpatient").addGiven("Ada");
    patient.setGender(Enumerations.AdministrativeGender.FEMALE).setBirthDate(at("1940-02-15T12:00:00Z"));
    Location ward = new Location().setName("LARCH");
    ward.getPhysicalType().addCoding().setSystem("http://terminology.hl7.org/CodeSystem/location-physical-type").setCode("wa");
    Encounter encounter = new Encounter();
    encounter.setId("enc-hapi");
    encounter.getMeta().setLastUpdatedElement(new InstantType("2026-11-03T09:05:00Z"));
    encounter.setStatus(Encounter.EncounterStatus.INPROGRESS);
    encounter.getClass_().setSystem("http://terminology.hl7.org/CodeSystem/v3-ActCode").setCode("IMP");
    encounter.addIdentifier(local("VN", "V-FHIR"));
    encounter.setSubject(new Reference(patient));
    encounter.getPeriod().setStart(at("2026-11-03T09:00:00Z"));
    encounter.setServiceProvider(hospital());
    encounter.addLocation().setLocation(new Reference(ward)).getPeriod().setStart(at("2026-11-03T09:00:00Z"));
    return encounter;
  }

  private static Encounter fitToLeave() {
    Encounter encounter = admitted();
    encounter.getMeta().setLastUpdatedElement(new InstantType("2026-11-05T10:00:00Z"));
    Extension criteria = new Extension("https://homeward.example/fhir/StructureDefinition/criteria-to-reside");
    criteria.addExtension("meets", new org.hl7.fhir.r4.model.BooleanType(false));
    criteria.addExtension("dischargeReadyDate", new org.hl7.fhir.r4.model.DateType("2026-11-05"));
    criteria.addExtension("assessedAt", new org.hl7.fhir.r4.model.DateTimeType("2026-11-05T09:30:00Z"));
    encounter.getHospitalization().addExtension(criteria);
    return encounter;
  }

  private static Encounter discharged() {
    Encounter encounter = fitToLeave();
    encounter.getMeta().setLastUpdatedElement(new InstantType("2026-11-06T16:00:00Z"));
    encounter.setStatus(Encounter.EncounterStatus.FINISHED);
    encounter.getPeriod().setEnd(at("2026-11-06T15:30:00Z"));
    encounter.getHospitalization().getDischargeDisposition().addCoding()
        .setSystem("https://fhir.hl7.org.uk/CodeSystem/UKCore-DischargeDestinationEngland").setCode("19");
    return encounter;
  }

  private static Bundle transaction(Encounter encounter) {
    Bundle bundle = new Bundle().setType(Bundle.BundleType.TRANSACTION);
    bundle.addEntry().setFullUrl("https://ral.example/fhir/Encounter/enc-hapi").setResource(encounter)
        .getRequest().setMethod(Bundle.HTTPVerb.PUT).setUrl("Encounter/enc-hapi");
    return bundle;
  }
}
