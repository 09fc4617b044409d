#include "replay/score_table.hpp"

#include <algorithm>
#include <array>

#include "kernel/static_checks.hpp"

namespace evtwin::replay {
namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();

constexpr std::array table{
    ScoreInfo{"ledger_closure", "fraction", "sessions", 0.02, 0.01, false, Told::check, "log's own books",
              "로그 자체 정합성",
              "how far the logged power, summed up, is from what the register counted, beyond what the spacing of the "
              "readings explains; up to two steps of the register pass",
              "로그의 전력을 적산한 값과 계량기 증가분의 차이 가운데 계량 간격으로 설명되지 않는 부분 (계량 최소단위 "
              "2개 이내는 통과)"},
    ScoreInfo{"session_energy_mape", "fraction", "sessions", 0.05, 0.02, false, Told::given, "energy of a session",
              "세션별 충전량", "mean error of the twin's energy per session, of sessions of 1 kWh or more",
              "1 kWh 이상 세션의 충전량 평균 절대 오차율"},
    ScoreInfo{"session_energy_bias", "fraction", "sessions", 0.02, 0.01, false, Told::given, "energy of all sessions",
              "전체 충전량 치우침", "how far the twin's energy of all sessions together is from the metered",
              "모든 세션을 합한 충전량의 오차율 (+: 트윈이 많음)"},
    ScoreInfo{"small_session_energy_mae", "kWh", "sessions", none, none, false, Told::given, "energy of small sessions",
              "소량 세션 충전량", "mean error of the twin's energy per session, of sessions below 1 kWh",
              "1 kWh 미만 세션의 충전량 평균 절대 오차"},
    ScoreInfo{"power_profile_cv_rmse", "fraction", "sessions", 0.2, 0.1, false, Told::fitted, "power within a session",
              "세션 내 전력 곡선",
              "error of the 1-min mean power within a session against its mean power (CV(RMSE)), mean over sessions",
              "세션 내 1분 평균전력 오차 CV(RMSE)의 세션 평균"},
    ScoreInfo{"site_load_cv_rmse", "fraction", "hours", 0.3, 0.15, false, Told::fitted, "site load by the hour",
              "시간별 사이트 부하", "error of the hourly power of all sessions together against its mean (CV(RMSE))",
              "전체 세션의 시간별 평균전력 오차 CV(RMSE)"},
    ScoreInfo{"site_load_nmbe", "fraction", "hours", 0.1, 0.05, false, Told::given, "site load, on average",
              "사이트 부하 평균 치우침", "mean error of the hourly power of all sessions together (NMBE)",
              "시간별 평균전력의 평균 치우침 (NMBE)"},
    ScoreInfo{"site_load_month_cv_rmse", "fraction", "months", 0.15, 0.075, false, Told::given,
              "site load by the month", "월별 사이트 부하",
              "error of the monthly energy against its mean (CV(RMSE)); of 12 months or more",
              "월별 충전량 오차 CV(RMSE); 12개월 이상일 때"},
    ScoreInfo{"peak_error", "fraction", "minutes", 0.1, 0.05, false, Told::fitted, "peak power", "최대전력",
              "error of the highest 1-min mean power of all sessions together", "1분 평균 최대전력의 오차율"},
    ScoreInfo{"time_to_90_percent", "fraction", "sessions", 0.1, 0.05, false, Told::fitted,
              "time to 90 % of the energy", "90 % 충전 시점",
              "difference of the time to 90 % of a session's energy over that time (over 50 min if it is less), mean "
              "over sessions",
              "세션 충전량의 90 %에 이르는 시간의 오차율(최소 50분 기준), 세션 평균"},
    ScoreInfo{"timing_lag", "min", "minutes", none, none, false, Told::fitted, "timing", "시간 어긋남",
              "by how much the twin's power comes later than the metered (the shift that fits best); reported only",
              "트윈 전력이 실측보다 늦은 정도(가장 잘 맞는 이동량); 참고용"},
    ScoreInfo{"timing_rmse", "kW", "minutes", none, none, false, Told::fitted, "power error as it stands",
              "전력 오차(그대로)", "error of the 1-min mean power of all sessions together, as it stands (RMSE)",
              "전체 1분 평균전력의 RMSE"},
    ScoreInfo{"timing_rmse_aligned", "kW", "minutes", none, none, false, Told::fitted, "power error, shifted",
              "전력 오차(이동 후)", "error of the 1-min mean power of all sessions together after that shift (RMSE)",
              "가장 잘 맞게 이동한 뒤의 RMSE"},
    ScoreInfo{"limit_compliance_log", "fraction", "samples", none, none, true, Told::check, "limits kept in the log",
              "로그의 제한 준수", "share of power readings at or below the limit in force + 2 %; reported only",
              "적용 중인 제한 + 2 % 이하인 실측 전력의 비율; 참고용"},
    ScoreInfo{"limit_compliance_twin", "fraction", "sessions", 0.99, 0.999, true, Told::check,
              "limits kept by the twin", "트윈의 제한 준수",
              "share of the charging time under a limit in which the twin keeps it (+ 2 %)",
              "제한 적용 중 충전시간 가운데 트윈이 제한(+ 2 %)을 지킨 비율"},
    ScoreInfo{
        "held_out_power_profile_cv_rmse", "fraction", "sessions", none, none, false, Told::predicted,
        "power within a session, foretold", "세션 내 전력 곡선, 예측",
        "error of the 1-min mean power within a session, of later sessions, with vehicles foretold from earlier ones",
        "앞 세션에서 배운 차량으로 예측한 뒤 세션들의 1분 평균전력 오차"},
    ScoreInfo{"held_out_site_load_cv_rmse", "fraction", "hours", 0.3, 0.15, false, Told::predicted,
              "site load by the hour, foretold", "시간별 사이트 부하, 예측",
              "error of the hourly power of later sessions, with vehicles foretold from earlier ones",
              "앞 세션에서 배운 차량으로 예측한 뒤 세션들의 시간별 평균전력 오차"},
    ScoreInfo{"held_out_peak_error", "fraction", "minutes", none, none, false, Told::predicted, "peak power, foretold",
              "최대전력, 예측",
              "error of the highest 1-min mean power of later sessions, with vehicles foretold from earlier ones",
              "앞 세션에서 배운 차량으로 예측한 뒤 세션들의 1분 평균 최대전력 오차율"},
    ScoreInfo{"held_out_time_to_90_percent", "fraction", "sessions", none, none, false, Told::predicted,
              "time to 90 % of the energy, foretold", "90 % 충전 시점, 예측",
              "difference of the time to 90 % of a later session's energy, with vehicles foretold from earlier ones",
              "앞 세션에서 배운 차량으로 예측한 뒤 세션들의 90 % 충전 시점 오차율"},
    ScoreInfo{"coverage", "fraction", "transactions", 0.95, 0.99, true, Told::check, "transactions replayed",
              "재현한 거래 비율", "share of all transactions that the log knows of that the twin ran",
              "로그에 나타난 모든 거래 중 트윈이 재현한 비율"},
    ScoreInfo{
        "kwh_replayed", "fraction", "kWh", 0.95, 0.99, true, Told::check, "energy replayed", "재현한 충전량 비율",
        "energy of the sessions that the twin ran over that of all transactions, of those without a stop what their "
        "register counted until the next, else no less than the most of any other",
        "재현한 세션의 충전량 / 모든 거래의 충전량 (종료가 없는 거래는 다음 거래까지의 계량기 증가분, 없으면 가장 큰 "
        "거래만큼)"},
    ScoreInfo{"frames_decoded", "fraction", "frames", none, none, true, Told::check, "frames read", "해독한 메시지",
              "share of the log's frames that could be read", "로그 메시지 중 해독한 비율"},
    ScoreInfo{"determinism", "fraction", "runs", 1.0, 1.0, true, Told::check, "same again", "재현성",
              "a second run has the very same history", "다시 실행해도 이력이 완전히 같음"},
};
static_assert(kernel::has_unique_keys(table, &ScoreInfo::name));
static_assert(std::all_of(table.begin(), table.end(), [](const ScoreInfo& info) {
  // Limits are both there or neither, and good is the stricter one.
  return (info.pass != info.pass) == (info.good != info.good) &&
         (info.pass != info.pass || (info.higher_is_better ? info.good >= info.pass : info.good <= info.pass));
}));

}  // namespace

std::span<const ScoreInfo> score_table() { return table; }

const ScoreInfo& score_info(std::string_view name) {
  return *std::find_if(table.begin(), table.end(), [&](const ScoreInfo& info) { return info.name == name; });
}

}  // namespace evtwin::replay
