"""Notices of accounts and paywalls: told by what they say to the reader, in any language of the outlets."""

from __future__ import annotations

import pytest

from newsbot.cleaning import clean_text

BEFORE = (
    "The old ferry across the sound will make its last crossing on Sunday, and the town has planned a "
    "farewell that involves two brass bands and one elephant."
)
AFTER = (
    "Its captain, who has steered it since he was nineteen, said he would spend the first free morning "
    "of his life asleep and the second one fishing from the quay."
)

NOTICES = {
    "en": [
        "Your subscription is being used on another device.",
        "Create a free account to keep reading this article",
        "This story is available exclusively to subscribers.",
        "You have 2 free articles remaining this month.",
        "Already have an account? Sign in",
        "You've reached your limit of free articles. Subscribe now for unlimited access.",
        "To continue reading, please log in or subscribe.",
        "This content is reserved for our members.",
        "Sign in to read the full story.",
    ],
    "de": [
        "Ihr Abo wird derzeit auf einem weiteren Gerät verwendet.",
        "Melden Sie sich an, um diesen Artikel weiterzulesen.",
        "Dieser Inhalt ist nur für Abonnentinnen und Abonnenten verfügbar.",
        "Sie sind bereits Abonnent? Hier einloggen",
        "Sie haben Ihr Limit an kostenlosen Artikeln erreicht.",
        "Registrieren Sie sich kostenlos, um den ganzen Artikel zu lesen.",
    ],
    "fr": [
        "Votre compte est déjà utilisé sur un autre appareil.",
        "Cet article est réservé aux abonnés.",
        "Connectez-vous pour continuer la lecture de cet article.",
        "Vous êtes déjà abonné ? Se connecter",
        "Il vous reste 3 articles gratuits ce mois-ci.",
        "Créez un compte gratuit pour lire la suite de l’article",
    ],
    "es": [
        "Tu cuenta está abierta en otro dispositivo.",
        "Inicia sesión para seguir leyendo este artículo.",
        "Contenido exclusivo para suscriptores",
        "¿Ya eres suscriptor? Inicia sesión",
        "Has alcanzado el límite de artículos gratuitos este mes.",
    ],
    "ca": [
        "Registra't gratis per continuar llegint aquest article.",
        "Aquest contingut és exclusiu per a subscriptors.",
        "Ja ets subscriptor? Inicia sessió",
    ],
    "pt": [
        "A sua assinatura está a ser utilizada noutro dispositivo.",
        "Faça login para continuar a ler este artigo.",
        "Este artigo é exclusivo para assinantes.",
        "Já é assinante? Entre aqui",
        "Você atingiu o limite de artigos gratuitos deste mês.",
    ],
    "it": [
        "Il tuo abbonamento è in uso su un altro dispositivo.",
        "Accedi o abbonati per leggere l’articolo completo.",
        "Questo articolo è riservato agli abbonati.",
        "Sei già abbonato? Accedi",
        "Hai letto tutti gli articoli gratuiti di questo mese.",
    ],
    "nl": [
        "Je abonnement wordt al gebruikt op een ander apparaat.",
        "Log in om dit artikel verder te lezen.",
        "Dit artikel is alleen voor abonnees toegankelijk.",
        "Al abonnee? Log hier in",
        "Je hebt je limiet van gratis artikelen bereikt.",
    ],
    "sv": [
        "Ditt konto används redan på en annan enhet.",
        "Skapa ett konto för att fortsätta läsa artikeln.",
        "Det här innehållet är endast för prenumeranter.",
        "Redan prenumerant? Logga in här",
    ],
    "da": [
        "Dit abonnement er i brug på en anden enhed.",
        "Log ind for at læse videre.",
        "Artiklen er forbeholdt abonnenter.",
        "Er du allerede abonnent? Log ind her",
    ],
    "no": [
        "Abonnementet ditt er i bruk på en annen enhet.",
        "Logg inn for å lese hele saken.",
        "Denne saken er forbeholdt abonnenter.",
        "Har du allerede abonnement? Logg inn",
    ],
    "fi": [
        "Tilauksesi on käytössä toisella laitteella.",
        "Kirjaudu sisään jatkaaksesi lukemista.",
        "Tämä juttu on vain tilaajille.",
        "Oletko jo tilaaja? Kirjaudu sisään",
    ],
    "pl": [
        "Twoje konto jest używane na innym urządzeniu.",
        "Zarejestruj się, by przeczytać cały artykuł.",
        "Ten tekst jest przeznaczony tylko dla subskrybentów.",
        "Masz już konto? Zaloguj się",
    ],
    "cs": [
        "Váš účet je používán na jiném zařízení.",
        "Přihlaste se a čtěte dál.",
        "Tento obsah je dostupný pouze pro předplatitele.",
        "Už jste předplatitel? Přihlaste se",
    ],
    "sk": [
        "Prihláste sa a čítajte ďalej.",
        "Tento článok je určený len pre predplatiteľov.",
        "Už ste predplatiteľ? Prihláste sa",
    ],
    "hu": [
        "Előfizetését egy másik eszközön használják.",
        "Jelentkezzen be a cikk folytatásához.",
        "Ez a cikk csak előfizetőink számára érhető el.",
        "Már előfizető? Lépjen be",
    ],
    "ro": [
        "Abonamentul tău este folosit pe un alt dispozitiv.",
        "Autentifică-te pentru a citi mai departe.",
        "Acest articol este disponibil doar pentru abonați.",
        "Ai deja cont? Intră în cont",
    ],
    "hr": [
        "Prijavite se kako biste nastavili čitati.",
        "Ovaj sadržaj dostupan je samo pretplatnicima.",
        "Već ste pretplatnik? Prijavite se",
    ],
    "sr": [
        "Пријавите се да бисте наставили са читањем.",
        "Овај чланак је доступан само претплатницима.",
        "Registrujte se da biste nastavili čitanje.",
    ],
    "sl": [
        "Prijavite se za nadaljevanje branja.",
        "Članek je na voljo le naročnikom.",
        "Ste že naročnik? Prijavite se",
    ],
    "bg": [
        "Влезте в профила си, за да продължите да четете.",
        "Тази статия е достъпна само за абонати.",
        "Вече сте абонат? Влезте",
    ],
    "ru": [
        "Ваша подписка уже используется на другом устройстве.",
        "Войдите, чтобы прочитать статью полностью.",
        "Статья доступна только для подписчиков.",
        "Уже есть подписка? Войти",
    ],
    "uk": [
        "Ваша передплата використовується на іншому пристрої.",
        "Увійдіть, щоб читати далі.",
        "Стаття доступна тільки для передплатників.",
        "Вже маєте передплату? Увійдіть",
    ],
    "el": [
        "Συνδεθείτε για να συνεχίσετε την ανάγνωση.",
        "Αυτό το περιεχόμενο είναι μόνο για συνδρομητές.",
        "Είστε ήδη συνδρομητής; Συνδεθείτε",
    ],
    "tr": [
        "Hesabınız başka bir cihazda kullanılıyor.",
        "Okumaya devam etmek için giriş yapın.",
        "Bu haber sadece abonelerimize özeldir.",
        "Zaten abone misiniz? Giriş yapın",
    ],
    "ar": [
        "سجّل الدخول لمتابعة القراءة.",
        "هذا المحتوى حصري للمشتركين.",
        "اشتراكك مستخدم على جهاز آخر.",
        "هل أنت مشترك بالفعل؟ سجل الدخول",
    ],
    "fa": [
        "برای ادامه مطالعه وارد شوید.",
        "این مقاله فقط برای مشترکان در دسترس است.",
        "برای خواندن ادامه مطلب ثبت نام کنید.",
    ],
    "he": ["התחברו כדי להמשיך לקרוא.", "הכתבה המלאה פתוחה למנויים בלבד.", "כבר מנויים? התחברו"],
    "hi": [
        "आगे पढ़ने के लिए लॉग इन करें।",
        "यह सामग्री सिर्फ सब्सक्राइबर्स के लिए उपलब्ध है।",
        "पूरा लेख पढ़ने के लिए सदस्यता लें।",
    ],
    "bn": ["পড়া চালিয়ে যেতে লগইন করুন।", "এই নিবন্ধটি শুধুমাত্র গ্রাহকদের জন্য।"],
    "ta": ["தொடர்ந்து படிக்க உள்நுழையவும்.", "இந்த கட்டுரை சந்தாதாரர்களுக்கு மட்டுமே."],
    "th": [
        "เข้าสู่ระบบเพื่ออ่านต่อ",
        "เนื้อหานี้เฉพาะสมาชิกเท่านั้น",
        "สมัครสมาชิกเพื่ออ่านบทความฉบับเต็ม",
    ],
    "vi": [
        "Đăng nhập để đọc tiếp.",
        "Nội dung này chỉ dành cho thành viên.",
        "Vui lòng đăng ký để tiếp tục đọc bài viết.",
    ],
    "id": [
        "Silakan masuk untuk melanjutkan membaca.",
        "Konten ini hanya untuk pelanggan.",
        "Sudah berlangganan? Masuk di sini",
    ],
    "ms": ["Log masuk untuk terus membaca.", "Kandungan ini eksklusif untuk pelanggan sahaja."],
    "zh": ["请登录后阅读全文。", "本文为会员专享内容。", "訂閱會員即可繼續閱讀全文", "已经是会员？请登录"],
    "ja": [
        "この記事は有料会員限定です。",
        "会員登録すると続きをお読みいただけます。",
        "すでに会員の方はログイン",
        "ログインして全文を読む",
    ],
    "ko": ["로그인하고 계속 읽기", "이 콘텐츠는 구독자 전용입니다.", "기사 전문을 보려면 로그인하세요."],
}

PROSE = {
    "en": [
        "Your subscription pays for the lighthouse, the keeper told the members.",
        "Subscribers to the paper fell by a third in March.",
        "The article is exclusive to members of the guild, a judge ruled.",
        "Members only, read the sign on the yacht club’s gate.",
        "He signed in, opened the account and read on until midnight.",
        "The club has 300 members, and only subscribers may vote.",
        "“Log in to continue reading” is the phrase that readers hate most.",
        "Readers had to register to see the story.",
        "She had read all the articles he wrote that month.",
        "Continue reading to the end of the contract before you sign.",
        "Your account of the storm is the only one that we have.",
    ],
    "de": [
        "Die Abonnenten der Zeitung bekamen nur noch eine Ausgabe je Woche.",
        "Nur Mitglieder dürfen über den neuen Vorstand abstimmen.",
        "Sie haben bereits zwei Kinder und ein Haus am Hafen.",
        "Wer weiterlesen wollte, musste sich im Lesesaal anmelden.",
    ],
    "fr": [
        "Les abonnés du journal ont reçu une lettre en mars.",
        "L’article de la loi est réservé aux communes rurales.",
        "Il faut s’inscrire avant lundi pour suivre le cours.",
    ],
    "es": [
        "Los suscriptores del diario recibieron una carta en marzo.",
        "El contenido del barril es solo para los socios del puerto.",
        "Hay que registrarse antes del lunes para seguir el curso.",
    ],
    "ca": ["Els subscriptors del diari van rebre una carta.", "Cal registrar-se abans de dilluns."],
    "pt": ["Os assinantes do jornal receberam uma carta.", "O artigo da lei é exclusivo para pescadores."],
    "it": ["Gli abbonati del giornale hanno ricevuto una lettera.", "L’articolo della legge è riservato ai pescatori."],
    "nl": ["De abonnees van de krant kregen een brief.", "Alleen leden van de club mogen stemmen."],
    "sv": ["Prenumeranterna fick ett brev i mars.", "Bara medlemmar i klubben får rösta."],
    "da": ["Avisens abonnenter fik et brev i marts.", "Kun medlemmer af klubben må stemme."],
    "no": ["Avisens abonnenter fikk et brev i mars.", "Bare medlemmer av klubben får stemme."],
    "fi": ["Lehden tilaajat saivat kirjeen maaliskuussa.", "Vain seuran jäsenet saavat äänestää."],
    "pl": ["Prenumeratorzy gazety dostali list w marcu.", "Tylko członkowie klubu mogą głosować."],
    "cs": ["Předplatitelé novin dostali v březnu dopis.", "Jen členové klubu smějí hlasovat."],
    "sk": ["Predplatitelia novín dostali v marci list.", "Len členovia klubu smú hlasovať."],
    "hu": ["Az előfizetők márciusban levelet kaptak a laptól.", "Csak a klub tagjai szavazhatnak."],
    "ro": ["Abonații ziarului au primit o scrisoare.", "Doar membrii clubului pot vota."],
    "hr": ["Pretplatnici novina dobili su pismo.", "Samo članovi kluba smiju glasati."],
    "sr": ["Претплатници су добили писмо.", "Само чланови клуба смеју да гласају."],
    "sl": ["Naročniki časopisa so dobili pismo.", "Samo člani kluba smejo glasovati."],
    "bg": ["Абонатите на вестника получиха писмо.", "Само членовете на клуба могат да гласуват."],
    "ru": ["Подписчики газеты получили письмо в марте.", "Только члены клуба могут голосовать."],
    "uk": ["Передплатники газети отримали лист у березні.", "Тільки члени клубу можуть голосувати."],
    "el": ["Οι συνδρομητές της εφημερίδας έλαβαν επιστολή.", "Μόνο τα μέλη του συλλόγου ψηφίζουν."],
    "tr": ["Gazetenin aboneleri mart ayında mektup aldı.", "Yalnızca kulüp üyeleri oy kullanabilir."],
    "ar": ["تلقى المشتركون في الصحيفة رسالة في مارس.", "يحق لأعضاء النادي فقط التصويت."],
    "fa": ["مشترکان روزنامه در ماه مارس نامه گرفتند.", "فقط اعضای باشگاه می‌توانند رأی بدهند."],
    "he": ["המנויים של העיתון קיבלו מכתב במרץ.", "רק חברי המועדון רשאים להצביע."],
    "hi": ["अखबार के सदस्यों को मार्च में एक पत्र मिला।", "केवल क्लब के सदस्य मतदान कर सकते हैं।"],
    "bn": ["পত্রিকার গ্রাহকরা মার্চে একটি চিঠি পেয়েছেন।"],
    "ta": ["செய்தித்தாளின் சந்தாதாரர்களுக்கு மார்ச் மாதம் கடிதம் வந்தது."],
    "th": ["สมาชิกหนังสือพิมพ์ได้รับจดหมายในเดือนมีนาคม", "เฉพาะสมาชิกสโมสรมีสิทธิลงคะแนน"],
    "vi": ["Các thành viên câu lạc bộ nhận được thư vào tháng ba.", "Chỉ thành viên câu lạc bộ được bỏ phiếu."],
    "id": ["Pelanggan koran itu menerima surat pada bulan Maret.", "Hanya anggota klub yang boleh memilih."],
    "ms": ["Pelanggan akhbar itu menerima surat pada bulan Mac."],
    "zh": ["该报的订阅用户三月收到了一封信。", "只有俱乐部会员才能投票。"],
    "ja": ["新聞の購読者は三月に手紙を受け取った。", "クラブの会員だけが投票できる。"],
    "ko": ["신문 구독자들은 3월에 편지를 받았다.", "클럽 회원만 투표할 수 있다."],
}


def every(table: dict[str, list[str]]) -> list[str]:
    return [text for texts in table.values() for text in texts]


@pytest.mark.parametrize("notice", every(NOTICES))
def test_a_notice_to_the_reader_goes_wherever_it_stands(notice: str) -> None:
    for lines in ((notice, BEFORE, AFTER), (BEFORE, notice, AFTER), (BEFORE, AFTER, notice)):
        assert clean_text("\n\n".join(lines)).text == f"{BEFORE}\n\n{AFTER}"


@pytest.mark.parametrize("prose", every(PROSE))
def test_what_an_article_says_of_subscribers_and_accounts_stays(prose: str) -> None:
    for lines in ((prose, BEFORE, AFTER), (BEFORE, prose, AFTER), (BEFORE, AFTER, prose)):
        assert clean_text("\n\n".join(lines)).text == "\n\n".join(lines)
