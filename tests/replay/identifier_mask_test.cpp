// What names a driver, a card or a vehicle is found in every writing of logs, and nothing of it is left.
#include "replay/identifier_mask.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace evtwin::replay {
namespace {

using Words = IdentifierMask::Words;

std::string masked_alone(const std::string& text) {
  IdentifierMask mask;
  mask.learn_identifiers(text);
  return mask.mask_text(text, Words::log);
}

TEST(IdentifierMask, FindsFieldsInEveryWayOfWriting) {
  const std::string card = "04A1B2C3";
  for (const std::string line : {
           R"([2,"1","Authorize",{"idTag":"04A1B2C3"}])",
           R"({"message":"[2,\"1\",\"Authorize\",{\"idTag\":\"04A1B2C3\"}]"})",
           R"({"a":"{\"b\":\"{\\\"idTag\\\":\\\"04A1B2C3\\\"}\"}"})",
           R"(t,CP1,"[2,""1"",""Authorize"",{""idTag"":""04A1B2C3""}]")",
           R"([2, '1', 'Authorize', {'idTag': '04A1B2C3'}])",
           R"(map[connectorId:1 idTag:04A1B2C3 meterStart:0])",
           R"({ connectorId: 1, idTag: '04A1B2C3' })",
           R"(Authorize id_tag=04A1B2C3 from CP1)",
           R"([2,"1","TransactionEvent",{"idToken":{"idToken":"04A1B2C3","type":"ISO14443"}}])",
           R"({&quot;idTag&quot;:&quot;04A1B2C3&quot;})",
           R"({"vin":"04A1B2C3"})",
           R"({"evse_uid":"E1","cdr_token":{"uid":"04A1B2C3","type":"RFID"}})",
           R"({"idTag":["04A1B2C3"]})",
           R"({"idTags":["04A1B2C3","04a1b2c3"]})",
           R"({"message":"{\"idTags\":[\"X1Y2Z3W4\", \"04A1B2C3\"]}"})",
           R"(t,CP1,"{""phones"":[""04A1B2C3"",null],""n"":1}")",
           R"({ drivers: [ 'root', '04A1B2C3' ] })",
           R"(idTags=[04A1B2C3, 04A1B2C3])",
           "{\"idTags\": [\n  \"04A1B2C3\",\n  \"04A1B2C3\"\n]}",
       }) {
    const std::string text = masked_alone(line);
    EXPECT_EQ(text.find(card), std::string::npos) << text;
    EXPECT_EQ(text.size(), line.size()) << text;
    EXPECT_NE(text.find("T0000001"), std::string::npos) << text;
  }
  const std::string cdr = masked_alone(R"({"cdr_token":{"uid":"04A1B2C3"},"evses":[{"uid":"EVSE-1"}]})");
  EXPECT_NE(cdr.find("EVSE-1"), std::string::npos) << "an EVSE has a uid, too: " << cdr;
}

// A card called a"b\c, as each way of writing escapes it: nothing of it stays, and what stands behind it does.
TEST(IdentifierMask, AQuoteAndABackslashInACardEndNoValue) {
  for (const std::string line : {
           R"([2,"1","Authorize",{"idTag":"04a\"b\\c","n":1}])",
           R"({"message":"[2,\"1\",\"Authorize\",{\"idTag\":\"04a\\\"b\\\\c\",\"n\":1}]"})",
           R"({"a":"{\"b\":\"{\\\"idTag\\\":\\\"04a\\\\\\\"b\\\\\\\\c\\\",\\\"n\\\":1}\"}"})",
           R"(t,CP1,"[2,""1"",""Authorize"",{""idTag"":""04a\""b\\c"",""n"":1}]")",
           R"(t;CP1;"{""message"":""[2,\""1\"",{\""idTag\"":\""04a\\\""b\\\\c\"",\""n\"":1}]""}")",
           R"(msg="[2,\"1\",\"Authorize\",{\"idTag\":\"04a\\\"b\\\\c\",\"n\":1}]")",
           R"([2, '1', 'Authorize', {'idTag': '04a"b\\c', 'n': 1}])",
           R"({&quot;idTag&quot;:&quot;04a\&quot;b\\c&quot;,&quot;n&quot;:1})",
           "1\tCP1\t"
           R"([2,"1","Authorize",{"idTag":"04a\\"b\\\\c","n":1}])",
           R"({"message":"[2,\u00221\u0022,{\u0022idTag\u0022:\u002204a\\\u0022b\\\\c\u0022,\u0022n\u0022:1}]"})",
       }) {
    const std::string text = masked_alone(line + "\n04a\"b\\c tapped\n");
    EXPECT_EQ(text.find("04a"), std::string::npos) << text;
    EXPECT_EQ(text.find("\\c"), std::string::npos) << text;
    const std::size_t number = text.find("T000001");
    ASSERT_NE(number, std::string::npos) << text;
    const std::string rest = line.substr(line.find('c', line.find("04a")) + 1);
    EXPECT_EQ(text.substr(number + 7), rest + "\nT000001 tapped\n");
  }
}

TEST(IdentifierMask, ACardAtTheEndOfWhatWasCutOffTakesNothingAlong) {
  EXPECT_EQ(masked_alone(R"({"m":"[2,\"1\",{\"idTag\":\"04A1B2C","level":"info","x":"\"y\""})"),
            R"({"m":"[2,\"1\",{\"idTag\":\"T000001","level":"info","x":"\"y\""})");
}

TEST(IdentifierMask, PeopleTheirVehiclesAndAddressesAreIdentifiers) {
  for (const std::string line : {R"({"plate":"B-AB 1234"})",
                                 R"("data":"{\"vehicle_plate\":\"B-AB 1234\"}")",
                                 R"({"firstName":"B-AB 1234"})",
                                 R"({"customer":{"name":"B-AB 1234","type":"x"}})",
                                 R"({"customer":"B-AB 1234"})",
                                 R"(iban="B-AB 1234")",
                                 R"("data":"plate\u0022:\u0022B-AB 1234\u0022")",
                                 R"(x\nplate: 'B-AB 1234')",
                                 R"({"tel":"B-AB 1234"})",
                                 R"({"regNo":"B-AB 1234"})",
                                 R"({"pan":"B-AB 1234"})",
                                 R"({"account":"B-AB 1234"})",
                                 R"({"owner":"B-AB 1234"})",
                                 R"({"address":"B-AB 1234"})",
                                 R"({"차량번호":"B-AB 1234"})",
                                 R"({"driver":{"x":[1],"street":"B-AB 1234"}})",
                                 R"({"users":[{"id":"x1"},{"zip":"B-AB 1234"}]})",
                                 R"({"user":{"contact":{"name":"Kim Ann"},"city":"B-AB 1234"}})",
                                 R"({"\ucc28\ub7c9\ubc88\ud638":"B-AB 1234"})",
                                 R"({\u0022driver\u0022:\u0022B-AB 1234\u0022})",
                                 R"({\u0022address\u0022:\u0022B-AB 1234\u0022})",
                                 "{\"users\": [\n  {\n    \"name\": \"B-AB 1234\"\n  }\n]}\n"}) {
    const std::string text = masked_alone(line);
    EXPECT_EQ(text.find("1234"), std::string::npos) << text;
    EXPECT_EQ(text.find("B-AB"), std::string::npos) << text;
  }
  EXPECT_EQ(masked_alone("map[이름:홍길동 vin:unknown phone: none]"), "map[이름:T00000001 vin:unknown phone: none]");
  EXPECT_EQ(masked_alone("userName=qwertz from owner=kim@example.com"), "userName=T000001 from owner=T00000000000002");
  EXPECT_EQ(masked_alone("email=kim@example.com ok"), "email=T00000000000001 ok");
  for (const std::string name : {"driver", "이름", "고객명", "cardholder", "member"})
    EXPECT_EQ(masked_alone("{\"" + name + "\":\"Hans\"}\nHans left\n"),
              "{\"" + name + "\":\"T000001\"}\nT000001 left\n");
  EXPECT_EQ(masked_alone(R"({"customer":{"id":"C-1042"}} C-1042)"), R"({"customer":{"id":"T000001"}} T000001)");
  EXPECT_EQ(masked_alone("{\"customer\": {\n  \"name\": \"Kim\"\n}}\n"),
            "{\"customer\": {\n  \"name\": \"T000001\"\n}}\n");
  // Cut off, it makes no names of what follows.
  EXPECT_EQ(masked_alone("{\"customer\":{\"ty\n{\"component\":{\"name\":\"Connector\"}}\n"),
            "{\"customer\":{\"ty\n{\"component\":{\"name\":\"Connector\"}}\n");
  // Software has names as well, and a station.
  for (const std::string line :
       {R"({"driver":"postgres","user":"root","contact":"Open"})", R"({"station":{"name":"Hall 12"}})",
        R"({"user":"System"})", R"({"address":"10.0.0.5:9000"})", R"({"users":[],"name":"Hall"})",
        R"({"id":"17","owner":{}})", R"({"driver":{"trip":{"id":"17"}}})"})
    EXPECT_EQ(masked_alone(line), line);
}

TEST(IdentifierMask, LettersBeyondAsciiAreTheSameHoweverTheyAreWritten) {
  EXPECT_EQ(masked_alone("{\"idTag\":\"M\u00fcller-1\"}\n{\"idTag\":\"M\\u00fcller-1\"}\nM\\u00fcller-1 left\n"),
            "{\"idTag\":\"T00000001\"}\n{\"idTag\":\"T00000001\"}\nT00000001 left\n");
}

TEST(IdentifierMask, StatusesProseAndNothingNameNobody) {
  for (const std::string line :
       {R"({"idTag":""})", R"({"idTag":null})", R"({idTag: Invalid})",
        R"({"idToken":{"idToken":"","type":"NoAuthorization"}})", R"(vin: not told)", R"(RFID: reader is ready)"})
    EXPECT_EQ(masked_alone(line), line);
}

TEST(IdentifierMask, OneCardHasOneNumberAndProseIsSearched) {
  const std::string text = masked_alone(
      "{\"idTag\":\"04A1B2C3\"}\n{\"idTag\":\"Kim Minsu\"}\ncard 04a1b2c3 of KIM MINSU tapped (04A1B2C3)\n"
      "X04A1B2C3 and 04A1B2C34 are others\n");
  EXPECT_EQ(text,
            "{\"idTag\":\"T0000001\"}\n{\"idTag\":\"T00000002\"}\ncard T0000001 of T00000002 tapped (T0000001)\n"
            "X04A1B2C3 and 04A1B2C34 are others\n");
}

// A card of digits may equal a register, a time or an id: those figures stay.
TEST(IdentifierMask, NumbersStayNumbersAndFiguresStay) {
  IdentifierMask mask;
  const std::string line = R"({"idTag":"20092012","meterStart":20092012,"t":"20092012"} card 20092012 ok)";
  mask.learn_identifiers(line);
  EXPECT_EQ(mask.mask_text(line, Words::log),
            R"({"idTag":"10000001","meterStart":20092012,"t":"20092012"} card 10000001 ok)");
  EXPECT_EQ(mask.kept_count(), 2U);
}

TEST(IdentifierMask, NoNumberIsAnIdentifierOfTheLog) {
  const std::string text = masked_alone("{\"idTag\":\"T000002\"}{\"idTag\":\"T000001\"}{\"idTag\":\"ABCDEFG\"}");
  for (const char* known : {"T000001", "T000002", "ABCDEFG"}) EXPECT_EQ(text.find(known), std::string::npos) << text;
}

TEST(IdentifierMask, StationsKeepTheirNames) {
  IdentifierMask mask;
  mask.keep_name("CP0001");
  const std::string line = R"(CP0001 {"idTag":"CP0001"})";
  mask.learn_identifiers(line);
  EXPECT_EQ(mask.mask_text(line, Words::log), R"(CP0001 {"idTag":"T000001"})");
}

TEST(IdentifierMask, SecretsOfConfigurationsAreMasked) {
  const std::string text =
      masked_alone(R"([2,"1","ChangeConfiguration",{"key":"AuthorizationKey","value":"s3cr3tkey"}])");
  EXPECT_EQ(text.find("s3cr3tkey"), std::string::npos) << text;
  const std::string other = R"({"key":"HeartbeatInterval","value":"s300"})";
  EXPECT_EQ(masked_alone(other), other);
}

TEST(IdentifierMask, ValuesBrokenByTheLineAreCounted) {
  IdentifierMask mask;
  const std::string text = "{\"idTag\":\"04A1\nB2C3\"}\n";
  mask.learn_identifiers(text);
  EXPECT_EQ(mask.mask_text(text, Words::log).find("04A1"), std::string::npos);
  EXPECT_EQ(mask.broken_count(), 1U);
}

TEST(IdentifierMask, DocumentsOfOursAreMaskedInTheirFieldsAndTexts) {
  IdentifierMask mask;
  mask.add_identifier("7");
  mask.add_identifier("04A1B2C3");
  nlohmann::ordered_json json = {{"transaction_list", {{{"id_tag", "7"}, {"station", "7"}, {"kwh", 7}}}},
                                 {"texts", {"tag \"04A1B2C3\" charged on 7", "tag \"7\" too"}},
                                 {"excerpt", "[2,\"9\",\"Authorize\",{\"idTag\":\"NEVER"}};
  mask.mask_document(json);
  EXPECT_EQ(json["transaction_list"][0].dump(), R"({"id_tag":"1000001","station":"7","kwh":7})");
  EXPECT_EQ(json["texts"].dump(), R"(["tag \"T0000002\" charged on 7","tag \"1000001\" too"])");
  EXPECT_EQ(json["excerpt"].get<std::string>().find("NEVER"), std::string::npos);
}

}  // namespace
}  // namespace evtwin::replay
