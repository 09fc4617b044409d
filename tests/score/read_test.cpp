// Files of cars: layouts, what is implausible, what is broken.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "score/read_run.hpp"
#include "score/score.hpp"

namespace evtwin::score {
namespace {

using ::testing::HasSubstr;

class ReadCars : public ::testing::Test {
 protected:
  ReadCars() : folder_(::testing::TempDir() + "evtwin-score-" + std::to_string(getpid())) {
    std::filesystem::create_directories(folder_);
  }
  ~ReadCars() override { std::filesystem::remove_all(folder_); }
  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ + "/" + name, std::ios::binary) << text;
    return folder_ + "/" + name;
  }
  static Cars read(const std::vector<std::string>& files) { return read_cars(files, market::Calendar()); }

  std::string folder_;
};

constexpr std::string_view head =
    "car_id,car_type,model_year,model_month,measurement,time,km_per_kWh,temp_mean,cell_volt_diff,accel_std,brake_std,"
    "soc_start,soc_end,energy_kwh,high_soc_frac\n";

TEST_F(ReadCars, ATableAndItsLineProtocolAreTheSameCars) {
  const Cars table = read({write(
      "a.csv", std::string(head) + "C1,EV6,2022,3,segment_stats_drive,2024-01-02T08:00,5.5,21,0.008,0.4,0.6,,,,\n"
                                   "C1,EV6,2022,3,segment_stats_drive,2024-01-03T08:00:00Z,4.5,25,0.010,0.4,0.6,,,,\n"
                                   "C1,EV6,2022,3,segment_stats_slow_charge,2024-01-03T20:00,,,,,,40,90,38.5,0\n"
                                   "C1,EV6,2022,3,segment_stats_fast_charge,2024-01-05T12:00,,,,,,85,95,7,\n")});
  const Cars lines = read({write(
      "a.lp",
      "# a comment\n"
      "segment_stats_drive,car_id=C1,car_type=EV6,model_year=2022,model_month=3 "
      "km_per_kWh=5.5,temp_mean=21,cell_volt_diff=0.008,accel_std=0.4,brake_std=0.6 1704182400000000000\n"
      "segment_stats_drive,car_id=C1,car_type=EV6 "
      "km_per_kWh=4.5,temp_mean=25i,cell_volt_diff=0.010,accel_std=0.4,brake_std=0.6 1704268800\n"
      "segment_stats_slow_charge,car_id=C1 soc_start=40,soc_end=90,energy_kwh=38.5,high_soc_frac=0 1704312000000\n"
      "segment_stats_fast_charge,car_id=C1 soc_start=85,soc_end=95,energy_kwh=7,note=\"a b, c\" 1704456000000000\n")});
  for (const Cars& cars : {table, lines}) {
    ASSERT_EQ(cars.cars.size(), 1U);
    const Car& car = cars.cars[0];
    EXPECT_EQ(car.model_year, 2022);
    EXPECT_EQ(car.total.segment_count(SegmentKind::drive), 2U);
    EXPECT_EQ(car.total.charge_count(), 2U);
    EXPECT_EQ(car.days.size(), 3U);
    const CarScore of = score_car(car, CarTypes(), cars.calendar, cars.last_ns);
    EXPECT_DOUBLE_EQ(of.metrics[0].value, 5.0);
    EXPECT_DOUBLE_EQ(of.metrics[1].value, 23.0);
    EXPECT_DOUBLE_EQ(of.metrics[2].value, 0.009);
    EXPECT_DOUBLE_EQ(of.metrics[3].value, 1.0);
    // One charge says 0 itself, the other began at 85 %.
    EXPECT_DOUBLE_EQ(of.metrics[4].value, 0.5);
    EXPECT_DOUBLE_EQ(of.metrics[4].score, 75.0);
    EXPECT_DOUBLE_EQ(of.collection_days, 4.0);
    EXPECT_DOUBLE_EQ(of.covered_days, 0.75);
    EXPECT_DOUBLE_EQ(of.last_charge_days, 0.0);
    // 2022-03-01 to 2024-01-05T12:00 is 675.5 days.
    EXPECT_NEAR(of.age_years, 675.5 / 365.25, 1e-12);
    EXPECT_EQ(of.availability, "normal");
  }
}

TEST_F(ReadCars, ImplausibleValuesAreMissingAndCounted) {
  const Cars cars =
      read({write("a.csv", std::string(head) + "C1,EV6,1899,13,drive,2024-01-02T08:00,25,999,-0.1,x,0.6,,,,\n"
                                               "C1,EV6,2022,3,drive,2024-01-03T08:00,5,20,0.01,0.4,0.6,,,,\n"
                                               "C1,EV6,2022,3,slow_charge,2024-01-03T18:00,,,,,,-5,140,300,2\n")});
  EXPECT_EQ(cars.implausible, (Counts{{"km_per_kWh", 1},
                                      {"temp_mean", 1},
                                      {"cell_volt_diff", 1},
                                      {"model_year", 1},
                                      {"model_month", 1},
                                      {"soc_start", 1},
                                      {"soc_end", 1},
                                      {"energy_kwh", 1},
                                      {"high_soc_frac", 1}}));
  EXPECT_EQ(cars.unreadable, (Counts{{"accel_std", 1}}));
  const CarScore of = score_car(cars.cars[0], CarTypes(), cars.calendar, cars.last_ns);
  EXPECT_DOUBLE_EQ(of.metrics[0].value, 5.0);
  EXPECT_DOUBLE_EQ(of.metrics[0].share, 0.5);
  EXPECT_FALSE(is_known(of.metrics[4].value));
  EXPECT_EQ(cars.cars[0].total.charge_count(), 1U);  // the charge was there, whatever its figures
}

TEST_F(ReadCars, StatesOfChargeAsFractionsAreToldAndTakenSo) {
  const std::string charges =
      "C1,EV6,2022,3,slow_charge,2024-01-02T08:00,,,,,,0.85,1.0,5,\nC1,EV6,2022,3,slow_charge,2024-01-03T08:00,,,,,,0."
      "2,0.7,9,\n";
  const Cars cars = read({write("f.csv", std::string(head) + charges)});
  EXPECT_DOUBLE_EQ(cars.cars[0].total.high_share.mean(), 0.5);
  ASSERT_EQ(cars.notes.size(), 1U);
  EXPECT_THAT(cars.notes[0].text, HasSubstr("none of 4 states of charge is above 1: taken as fractions, x 100"));
  // One above 1, and all are percents.
  const Cars percents =
      read({write("p.csv", std::string(head) + charges + "C1,EV6,2022,3,slow_charge,2024-01-04T08:00,,,,,,2,9,9,\n")});
  EXPECT_DOUBLE_EQ(percents.cars[0].total.high_share.mean(), 0.0);
  EXPECT_TRUE(percents.notes.empty());
}

TEST_F(ReadCars, AModelThatComesLongAfterItsRecordsHasNoAge) {
  const auto age_of = [&](const std::string& year) {
    const Cars cars =
        read({write("y.csv", std::string(head) + "C1,EV6," + year + ",3,drive,2024-01-02T08:00,5,,,,,,,,\n")});
    return score_car(cars.cars[0], CarTypes(), cars.calendar, cars.last_ns).age_years;
  };
  EXPECT_NEAR(age_of("2022"), 1.84, 0.01);
  EXPECT_EQ(age_of("2024"), 0.0);  // sold before its month
  EXPECT_FALSE(is_known(age_of("2030")));
}

// The same car with each month it may be of lies within the bounds of the one whose month, or year, is not known; also
// where a table makes the bounds of efficiency narrow, so that age forgives more than it takes.
TEST_F(ReadCars, WhateverAgeACarMayHaveItsScoreLiesWithinTheBounds) {
  const CarTypes narrow(write("narrow.csv", "car_type,class,efficiency_low,efficiency_high\nEV6,mid,4.5,5.5\n"));
  const auto of = [&](const std::string& year, const std::string& month, const CarTypes& types) {
    const Cars cars = read({write("m.csv", std::string(head) + "C1,EV6," + year + "," + month +
                                               ",drive,2024-06-02T08:00,4.6,20,0.01,0.3,0.4,,,,\n")});
    return score_car(cars.cars[0], types, cars.calendar, cars.last_ns).corrected;
  };
  for (const CarTypes& types : {CarTypes(), narrow}) {
    const CorrectedScore ageless = of("", "", types);
    for (int year = 2004; year <= 2024; ++year) {
      const CorrectedScore monthless = of(std::to_string(year), "", types);
      for (const int month : {1, 4, 7, 12}) {
        // What age takes is rounded to 0.1, so that between two ends it may be 0.05 more.
        const CorrectedScore exact = of(std::to_string(year), std::to_string(month), types);
        EXPECT_LE(ageless.low, exact.low + 0.06) << year << "-" << month;
        EXPECT_GE(ageless.high, exact.high - 0.06) << year << "-" << month;
        EXPECT_LE(monthless.low, exact.low + 0.06) << year << "-" << month;
        EXPECT_GE(monthless.high, exact.high - 0.06) << year << "-" << month;
      }
    }
  }
}

TEST_F(ReadCars, RepetitionsAndRowsThatCanNotBeUsedAreCounted) {
  const std::string row = "C1,EV6,2022,3,drive,2024-01-02T08:00,5,20,0.01,0.4,0.6,,,,\n";
  const std::string file = write("a.csv", std::string(head) + row + row +
                                              "C1,EV6,2022,3,drive,2024-02-30T08:00,5,20,0.01,0.4,0.6,,,,\n"
                                              ",EV6,2022,3,drive,2024-01-04T08:00,5,20,0.01,0.4,0.6,,,,\n"
                                              "C1,EV6,2022,3,flying,2024-01-04T08:00,5,20,0.01,0.4,0.6,,,,\n");
  const Cars cars = read({file, file});
  EXPECT_EQ(cars.cars[0].total.segment_count(SegmentKind::drive), 1U);
  EXPECT_EQ(cars.repeated, 3U);
  EXPECT_EQ(cars.left_out,
            (Counts{{"time is unreadable", 2}, {"car_id is empty", 2}, {"measurement 'flying' is unknown", 2}}));
  EXPECT_EQ(cars.rows, 10U);
  EXPECT_EQ(cars.files, 2U);
}

constexpr std::string_view one_line =
    "segment_stats_drive,car_id=A,car_type=EV6 "
    "km_per_kWh=5.3,temp_mean=20,cell_volt_diff=0.005,accel_std=0.5,brake_std=0.5 1709478840000000000\n"
    "segment_stats_slow_charge,car_id=A,car_type=EV6 soc_start=30,energy_kwh=20 1709578840000000000\n";
constexpr std::string_view field_by_field =
    "segment_stats_drive,car_id=A,car_type=EV6 km_per_kWh=5.3 1709478840000000000\n"
    "segment_stats_drive,car_id=A,car_type=EV6 temp_mean=20 1709478840000000000\n"
    "segment_stats_drive,car_id=A,car_type=EV6 cell_volt_diff=0.005 1709478840000000000\n"
    "segment_stats_drive,car_id=A,car_type=EV6 accel_std=0.5 1709478840000000000\n"
    "segment_stats_drive,car_id=A,car_type=EV6 brake_std=0.5 1709478840000000000\n"
    "segment_stats_slow_charge,car_id=A,car_type=EV6 soc_start=30 1709578840000000000\n"
    "segment_stats_slow_charge,car_id=A,car_type=EV6 energy_kwh=20 1709578840000000000\n";
constexpr std::string_view inspect_head =
    "# INFLUXDB EXPORT: 1677-09-21T00:12:43Z - 2262-04-11T23:47:16Z\n# DDL\n"
    "CREATE DATABASE baas WITH NAME autogen\n# DML\n# CONTEXT-DATABASE:baas\n";

//   0.30 x (40 + 60 x 1.8 / 4 = 67) + 0.15 x (100 + 97.70 + 80 + 100) = 76.76;  / 0.90 = 85.28
TEST_F(ReadCars, AnExportWithAFieldPerLineScoresAsItsPoints) {
  for (const std::string& text :
       {std::string(one_line), std::string(field_by_field), std::string(inspect_head) + std::string(field_by_field)}) {
    const Cars cars = read({write("a.lp", text)});
    ASSERT_TRUE(cars.broken.empty()) << cars.broken[0].why;
    ASSERT_EQ(cars.cars.size(), 1U);
    EXPECT_EQ(cars.cars[0].total.segment_count(SegmentKind::drive), 1U);
    EXPECT_EQ(cars.cars[0].total.charge_count(), 1U);
    EXPECT_EQ(cars.repeated, 0U);
    EXPECT_EQ(cars.overwritten, 0U);
    const CarScore of = score_car(cars.cars[0], CarTypes(), cars.calendar, cars.last_ns);
    EXPECT_DOUBLE_EQ(of.corrected.score, 85.28);
    EXPECT_EQ(of.corrected.grade, Grade::a);
  }
}

TEST_F(ReadCars, OfAnInfluxPointTheNewestValueHolds) {
  const std::string point = "segment_stats_drive,car_id=A,car_type=EV6 km_per_kWh=";
  const Cars cars = read({write("a.lp", point + "5.3,temp_mean=20 1709478840\n" + point + "7.3 1709478840\n"),
                          write("b.lp", point + "6.3 1709478840\n")});
  EXPECT_DOUBLE_EQ(cars.cars[0].total.sum_of(SegmentKind::drive, Field::km_per_kwh).mean(), 6.3);
  EXPECT_DOUBLE_EQ(cars.cars[0].total.sum_of(SegmentKind::drive, Field::temp_mean).mean(), 20.0);
  EXPECT_EQ(cars.overwritten, 2U);
  // A newest value that can not be is no value.
  const Cars broken =
      read({write("a.lp", point + "5.3 1709478840\n" + point + "99 1709478840\n" + point + "99 1709478840\n")});
  EXPECT_EQ(broken.cars[0].total.sum_of(SegmentKind::drive, Field::km_per_kwh).n, 0U);
  EXPECT_EQ(broken.implausible, (Counts{{"km_per_kWh", 1}}));
}

TEST_F(ReadCars, RowsOfATableTellWhatTheFirstLacksAndContradictionsAreCounted) {
  const std::string a = "C1,EV6,2022,3,drive,2024-01-02T08:00,5,999,,0.4,,,,,\n",
                    b = "C1,EV6,2022,3,drive,2024-01-02T08:00,6,22,0.01,0.4,,,,,\n";
  for (const bool turned : {false, true}) {
    const Cars cars = read({write("a.csv", std::string(head) + (turned ? b + a : a + b) + a)});
    const auto value = [&](Field field) { return cars.cars[0].total.sum_of(SegmentKind::drive, field).mean(); };
    EXPECT_DOUBLE_EQ(value(Field::km_per_kwh), turned ? 6.0 : 5.0);
    EXPECT_DOUBLE_EQ(value(Field::temp_mean), 22.0);
    EXPECT_DOUBLE_EQ(value(Field::cell_volt_diff), 0.01);
    EXPECT_EQ(cars.contradicted, turned ? 2U : 1U);
    EXPECT_EQ(cars.united, turned ? 0U : 1U);
    EXPECT_EQ(cars.repeated, turned ? 2U : 1U);
    // What can not be is counted once, however often its row is there.
    EXPECT_EQ(cars.implausible, (Counts{{"temp_mean", 1}}));
  }
}

TEST_F(ReadCars, DrivingIsKnownWhereBothDeviationsAre) {
  const Cars cars =
      read({write("a.csv", std::string(head) + "C1,EV6,2022,3,drive,2024-01-02T08:00,5,20,0.01,0.4,0.5,,,,\n"
                                               "C1,EV6,2022,3,drive,2024-01-03T08:00,5,20,0.01,0.4,,,,,\n"
                                               "C1,EV6,2022,3,drive,2024-01-04T08:00,5,20,0.01,,0.4,,,,\n"
                                               "C1,EV6,2022,3,drive,2024-01-05T08:00,5,20,0.01,,,,,,\n")});
  const CarScore of = score_car(cars.cars[0], CarTypes(), cars.calendar, cars.last_ns);
  EXPECT_DOUBLE_EQ(of.metrics[static_cast<std::size_t>(Metric::driving)].share, 0.25);
  EXPECT_TRUE(is_known_in_part(of.metrics[static_cast<std::size_t>(Metric::driving)]));
  EXPECT_FALSE(is_known_in_part(of.metrics[0]));
}

// Whatever class a type may be of that no class names, the score lies within the bounds.
TEST_F(ReadCars, BoundsCoverTheClassesOfATypeThatNoClassNames) {
  for (const std::string efficiency : {"3.4", "4.6", "6.2", "7.9"}) {
    const auto scored = [&](const std::string& types) {
      const Cars cars = read({write("c.csv", std::string(head) + "C1,Model 3,2022,3,drive,2024-01-02T08:00," +
                                                 efficiency + ",20,0.01,0.4,0.5,,,,\n")});
      const CarTypes table = types.empty() ? CarTypes() : CarTypes(write("t.csv", "car_type,class\nModel 3," + types));
      return score_car(cars.cars[0], table, cars.calendar, cars.last_ns).corrected;
    };
    const CorrectedScore any = scored("");
    double low = 100.0, high = 0.0;
    for (const ClassRule& rule : class_rules()) {
      const CorrectedScore of = scored(std::string(rule.key));
      low = std::min(low, of.low), high = std::max(high, of.high);
    }
    EXPECT_DOUBLE_EQ(any.low, low) << efficiency;
    EXPECT_DOUBLE_EQ(any.high, high) << efficiency;
  }
}

TEST_F(ReadCars, NineKindsOfBrokenFilesAreToldAndTheRestIsScored) {
  const std::string good = write("good.csv", std::string(head) + "C1,EV6,2022,3,drive,2024-01-02T08:00,5,,,,,,,,\n");
  struct Broken {
    std::string name, text, word;
  };
  const std::vector<Broken> broken{
      {"empty.csv", "", "the file is empty"},
      {"header.csv", std::string(head), "has no rows"},
      {"no_id.csv", "vehicle,measurement,time\nA,drive,2024-01-01\n", "column 'car_id' is missing"},
      {"no_time.csv", "car_id,measurement,km_per_kWh\nA,drive,5\n", "column 'time' is missing"},
      {"cut.csv", std::string(head) + "C2,EV6,2022,3,drive,2024-01-02T08:00,5\nC", "7 fields where the header has 15"},
      {"quote.csv", std::string(head) + "\"C2,EV6\n", "a quote opens here and is never closed"},
      {"cp949.csv", std::string(head) + "\xc2\xf7\n", "UTF-8"},
      {"cut.lp", "segment_stats_drive,car_id=C2 km_per_kWh=5 1704182400\nsegment_stats_dri", "the fields are missing"},
      {"kinds.csv", std::string(head) + "C2,EV6,2022,3,flying,2024-01-02T08:00,5,,,,,,,,\n",
       "none of its rows can be used; 1 of 1: measurement 'flying' is unknown"},
      {"twice.csv", "car_id,efficiency_score\nC2,50\nC2,60\n", "is there twice"},
  };
  std::vector<std::string> files{good};
  for (const Broken& file : broken) files.push_back(write(file.name, file.text));
  files.push_back(folder_ + "/absent.csv");
  const Cars cars = read(files);
  ASSERT_EQ(cars.broken.size(), broken.size() + 1);
  for (std::size_t i = 0; i < broken.size(); ++i) {
    EXPECT_EQ(cars.broken[i].file, files[i + 1]);
    EXPECT_THAT(cars.broken[i].why, HasSubstr(broken[i].word)) << broken[i].name;
    EXPECT_THAT(cars.broken[i].why, HasSubstr(broken[i].name));
  }
  // Of a broken file nothing counts, not even the lines before the fault.
  ASSERT_EQ(cars.cars.size(), 1U);
  EXPECT_EQ(cars.cars[0].id, "C1");
  EXPECT_EQ(cars.rows, 1U);
}

TEST_F(ReadCars, PatternsFoldersListsAndNamesOfFiles) {
  const std::string plain = "car_id,measurement,time,km_per_kWh\n";
  write("EV6.result.csv", plain + "A,drive,2024-01-01T00:00,5\n");
  write("KONA.result.csv", plain + "B,drive,2024-01-01T00:00,6\n");
  write("list.csv", "car_id,car_type,model_year\nA,EV6,2021\nB,KONA,2020\nC,NIRO,2023\n");
  const Cars pattern = read({folder_ + "/*.result.csv"});
  ASSERT_EQ(pattern.cars.size(), 2U);
  EXPECT_EQ(pattern.cars[1].type, "KONA");
  EXPECT_EQ(pattern.notes.size(), 2U);
  const Cars folder = read({folder_});
  ASSERT_EQ(folder.cars.size(), 3U);
  EXPECT_EQ(folder.cars[0].model_year, 2021);
  // A car that is only on the list has no score, and no zero.
  const CarScore none = score_car(folder.cars[2], CarTypes(), folder.calendar, folder.last_ns);
  EXPECT_FALSE(is_known(none.corrected.score));
  EXPECT_EQ(none.corrected.grade, Grade::none);
  EXPECT_TRUE(folder.broken.empty());
}

TEST_F(ReadCars, ATableOfTypesGivesClassesAndBounds) {
  const CarTypes types(write("types.csv",
                             "car_type,class,model_year,efficiency_low,efficiency_high\n"
                             "Model 3,mid,,4.5,8.5\nModel 3,premium,2024,,\n"));
  EXPECT_DOUBLE_EQ(types.find_type("model 3", 2022).bounds.low, 4.5);
  EXPECT_EQ(types.find_type("Model 3", 2024).of, CarClass::premium);
  EXPECT_DOUBLE_EQ(types.find_type("Model 3", 2024).bounds.high, 8.0);
  EXPECT_TRUE(types.find_type("Model 3", 0).known);
  EXPECT_THROW(CarTypes(write("bad.csv", "car_type,class\nX,huge\n")), std::runtime_error);
  // Rows that contradict each other are refused, also where bounds are those of the class; the same again is none.
  EXPECT_NO_THROW(
      CarTypes(write("same.csv", "car_type,class,efficiency_low,efficiency_high\nX,mid,3.5,7.5\nx,mid,,\n")));
  for (const char* rows : {"X,mid,,,\nx,large,,,\n", "X,mid,,4,8\nX,mid,,,\n", "X,mid,2024,4,8\nX,mid,2024,4,9\n"}) {
    EXPECT_THROW(
        CarTypes(write("twice.csv", std::string("car_type,class,model_year,efficiency_low,efficiency_high\n") + rows)),
        std::runtime_error)
        << rows;
  }
}

TEST(Segments, OfAStayCoverItWithoutAHole) {
  using enum SegmentKind;
  const TimeNs h = kernel::hour_ns;
  // Parked 1 h; 10 kWh in 2 h, a pause of 0.5 h, 5 kWh in 1 h: one charge; parked; 4 kWh back; parked; 2 kWh: a second.
  const std::vector<Flow> flows{{1 * h, 3 * h, 10.0, 9.0},
                                {3 * h + h / 2, 4 * h + h / 2, 5.0, 4.5},
                                {6 * h, 7 * h, -4.0, -4.5},
                                {8 * h, 9 * h, 2.0, 1.8}};
  const std::vector<Segment> out = segments_of(0, 10 * h, flows, fast_charge, 20.0, 2.0, h);
  std::vector<SegmentKind> kinds;
  double hours = 0.0, kwh = 0.0;
  TimeNs at = 0;
  for (const Segment& s : out) {
    EXPECT_EQ(s.begin_ns, at);
    const double duration_h = s.values[static_cast<std::size_t>(Field::duration_h)];
    at += static_cast<TimeNs>(duration_h * static_cast<double>(h));
    hours += duration_h;
    kinds.push_back(s.kind);
    const double energy = s.values[static_cast<std::size_t>(Field::energy_kwh)];
    if (is_known(energy)) kwh += energy;
  }
  EXPECT_EQ(kinds, (std::vector{parking, fast_charge, parking, fast_charge, parking}));
  EXPECT_DOUBLE_EQ(hours, 10.0);
  EXPECT_DOUBLE_EQ(kwh, 17.0);
  EXPECT_DOUBLE_EQ(out[1].values[static_cast<std::size_t>(Field::soc_end)], 20.0 + 2.0 * 13.5);
  EXPECT_DOUBLE_EQ(out[3].values[static_cast<std::size_t>(Field::soc_start)], 20.0 + 2.0 * (13.5 - 4.5));
  // Nothing flowed: all of it is parking.
  EXPECT_EQ(segments_of(0, h, {}, fast_charge, unknown, unknown, h).size(), 1U);
}

}  // namespace
}  // namespace evtwin::score
